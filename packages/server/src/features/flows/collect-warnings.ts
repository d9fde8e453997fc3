import type { Fault, FlowDocument } from '@tideway/protocol';
import type { Db } from '../../platform/database/database.ts';
import { findRegistryNames } from '../registries/registry.views.ts';
import { artifactPaths, registryNames } from './fill-flow.rules.ts';
import { findExistingPaths } from './flow.store.ts';
import { undoOrderFaults } from './undo-order.rules.ts';
import { visibleSecretFaults } from './visible-secrets.rules.ts';

/** What may still come before flows are deployed, which would be refused without it; and what is unwise. */
export async function collectWarnings(db: Db, projectId: number, documents: FlowDocument[]): Promise<Fault[]> {
  const known = documents.map((document) => ({
    document,
    paths: artifactPaths(document).filter((path) => !path.includes('${{')),
  }));
  const existing = await findExistingPaths(
    db,
    projectId,
    known.flatMap(({ paths }) => paths),
  );
  const registries = await findRegistryNames(db, projectId, documents.flatMap(registryNames));
  return known.flatMap(({ document, paths }) => [
    ...paths
      .filter((path) => !existing.includes(path))
      .map((path) => warning(document, `there is no artifact ${path} yet`)),
    ...registryNames(document)
      .filter((name) => !registries.includes(name))
      .map((name) => warning(document, `there is no registry ${name} yet`)),
    ...[...undoOrderFaults(document), ...visibleSecretFaults(document)].map((fault) => warning(document, fault)),
  ]);
}

function warning({ name }: FlowDocument, message: string): Fault {
  return { path: `flows.${name}`, message: `flows.${name}: ${message}` };
}
