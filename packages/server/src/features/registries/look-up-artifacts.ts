import type { Deps } from '../../platform/deps.ts';
import { Slots } from '../../platform/limits/slots.ts';
import { Refusal } from '../../platform/refusal.ts';
import { NotGiven } from './ask-registry.ts';
import { lookUpArtifact, type Pin } from './look-up-artifact.ts';
import { findRegistry } from './registry.views.ts';
import { openCredentials } from './registry-password.ts';

/** An artifact of a registry; `pinned` is the SHA-256 that the flow gives. */
export type OutsideArtifact = { registry: string; path: string; pinned: string | null };

/** What was found out about an artifact, or why it cannot be had. */
export type LookedUp = OutsideArtifact & (Pin | { fault: string });

/**
 * Looks artifacts up in the project's registries, over the network: not to be done inside of a transaction. Refuses as
 * `unavailable` where too many orders look something up.
 * @param signal its reason is a NotGiven
 */
export async function lookUpArtifacts(
  { db, installation, settings }: Pick<Deps, 'db' | 'installation' | 'settings'>,
  projectId: number,
  artifacts: readonly OutsideArtifact[],
  signal: AbortSignal,
): Promise<LookedUp[]> {
  const free = ordersAtOnce.take();
  if (free === null) {
    throw new Refusal('unavailable', 'Too many orders look artifacts up at the moment', { retryAfterS: 5 });
  }
  const lookUp = async (artifact: OutsideArtifact): Promise<LookedUp> => {
    const registry = await findRegistry(db, projectId, artifact.registry);
    if (registry === null) return { ...artifact, fault: 'does not exist any more' };
    const limits = { signal, maxBytes: settings.maxArtifactBytes };
    return { ...artifact, ...(await lookUpArtifact(openCredentials({ installation }, registry), artifact, limits)) };
  };
  try {
    return await eachOf(artifacts, (artifact) => lookUp(artifact).catch((error) => faultOf(artifact, error)));
  } finally {
    free();
  }
}

const ordersAtOnce = new Slots(20);
const artifactsAtOnce = 4;

function faultOf(artifact: OutsideArtifact, error: unknown): LookedUp {
  if (!(error instanceof NotGiven)) throw error;
  return { ...artifact, fault: error.message };
}

async function eachOf<Item, Result>(items: readonly Item[], work: (item: Item) => Promise<Result>): Promise<Result[]> {
  const results: Result[] = [];
  // One iterator for all of them: each takes the next item that nobody has taken.
  const queue = items.entries();
  const worker = async () => {
    for (const [index, item] of queue) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: artifactsAtOnce }, worker));
  return results;
}
