import type { Tx } from '../../platform/database/transaction.ts';
import { Refusal } from '../../platform/refusal.ts';
import { keepLabels } from './label.store.ts';
import type { LabelKind } from './label-kind.ts';

/** The id of the group that a body names; refuses an unknown one. */
export async function resolveGroup(tx: Tx, projectId: number, name: string): Promise<number> {
  const ids = await keepLabels(tx, 'group', projectId, [name]);
  return ids.get(name) ?? refuseUnknown('group', name, 'group');
}

/** The ids of the tags that a body names in a field; refuses unknown ones. */
export async function resolveTags(tx: Tx, projectId: number, names: string[], field = 'tags'): Promise<number[]> {
  const ids = await keepLabels(tx, 'tag', projectId, names);
  return names.map((name, index) => ids.get(name) ?? refuseUnknown('tag', name, `${field}[${index}]`));
}

/** The apps that a body names, with their ids; refuses unknown ones. */
export async function resolveApps(
  tx: Tx,
  projectId: number,
  apps: { name: string; version: string }[],
): Promise<{ appId: number; version: string }[]> {
  const ids = await keepLabels(
    tx,
    'app',
    projectId,
    apps.map((app) => app.name),
  );
  return apps.map(({ name, version }, index) => ({
    appId: ids.get(name) ?? refuseUnknown('app', name, `apps[${index}].name`),
    version,
  }));
}

/** The ids of those of the names that exist, kept from being deleted until the transaction ends. */
export async function findLabelIds(
  tx: Tx,
  kind: LabelKind,
  projectId: number,
  names: string[],
): Promise<Map<string, number>> {
  return names.length === 0 ? new Map() : keepLabels(tx, kind, projectId, names);
}

function refuseUnknown(kind: LabelKind, name: string, field: string): never {
  throw new Refusal(`unknown_${kind}`, `There is no ${kind} ${name} in this project`, { field });
}
