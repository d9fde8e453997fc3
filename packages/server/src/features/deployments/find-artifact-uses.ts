import type { ArtifactUses } from '@tideway/protocol';
import type { Db } from '../../platform/database/database.ts';
import { artifactPaths } from '../flows/fill-flow.rules.ts';
import { listNewestVersions } from '../flows/flow.views.ts';
import { canBecome } from './artifact-name.rules.ts';
import { listDeploymentsWith } from './artifact-use.views.ts';

const flowsAtOnce = 100;
const shownFlows = 100;

/** Where the artifact of a path is used; flows may name one that is not there yet, or any more. */
export async function findArtifactUses(db: Db, projectId: number, path: string): Promise<ArtifactUses> {
  return {
    flows: await findFlowsNaming(db, projectId, path),
    deployments: await listDeploymentsWith(db, projectId, path),
  };
}

/** Goes through the flows of the project part by part: some of them are long. */
async function findFlowsNaming(db: Db, projectId: number, path: string): Promise<ArtifactUses['flows']> {
  const naming: ArtifactUses['flows'] = [];
  let before: number | null = null;
  do {
    const versions = await listNewestVersions(db, projectId, { before, limit: flowsAtOnce });
    for (const { publicId: id, number: version, document } of versions) {
      const names = artifactPaths(document).filter((name) => canBecome(name, path));
      if (names.length > 0) naming.push({ id, name: document.name, version, names });
    }
    before = versions.length < flowsAtOnce ? null : (versions.at(-1)?.flowId ?? null);
  } while (before !== null && naming.length < shownFlows);
  return naming.slice(0, shownFlows);
}
