import { setMaxListeners } from 'node:events';
import { publicId } from '@tideway/protocol';
import type { Deps } from '../../platform/deps.ts';
import type { ProjectCaller } from '../projects/in-project.access.ts';
import { NotGiven } from '../registries/ask-registry.ts';
import { type LookedUp, lookUpArtifacts, type OutsideArtifact } from '../registries/look-up-artifacts.ts';

/** What an order needs from outside and has not looked up yet. */
export class LookUpNeeded extends Error {
  readonly artifacts: OutsideArtifact[];

  constructor(artifacts: OutsideArtifact[]) {
    super('Artifacts have to be looked up');
    this.artifacts = artifacts;
  }
}

/** What an order begins with, however often it begins anew. */
export type Preparation = { deploymentId: string; found: readonly LookedUp[] };

/**
 * Does `work`, which throws LookUpNeeded where it finds in its transaction that artifacts of registries have to be looked
 * up: then that is done, outside of any transaction, and `work` begins anew with what was found.
 */
export async function withLookUps<Result>(
  deps: Pick<Deps, 'db' | 'installation' | 'settings' | 'randomBytes'>,
  { project }: ProjectCaller,
  work: (prepared: Preparation) => Promise<Result>,
): Promise<Result> {
  const deploymentId = publicId('dp', deps.randomBytes(8));
  const found: LookedUp[] = [];
  const limit = new AbortController();
  // Each answer that is read listens to it; it lives no longer than the order.
  setMaxListeners(0, limit.signal);
  const overtime = new NotGiven(`did not give all of it within ${lookUpsWithinS} s: give its sha256 in the flow`);
  const timer = setTimeout(() => limit.abort(overtime), lookUpsWithinS * 1000);
  try {
    for (;;) {
      try {
        return await work({ deploymentId, found });
      } catch (error) {
        if (!(error instanceof LookUpNeeded)) throw error;
        found.push(...(await lookUpArtifacts(deps, project.id, error.artifacts, limit.signal)));
      }
    }
  } finally {
    clearTimeout(timer);
  }
}

/** Less than a connection may be silent for: the order gets its answer. */
const lookUpsWithinS = 90;
