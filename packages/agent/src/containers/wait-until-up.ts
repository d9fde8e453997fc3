import { StepFailure } from '../steps/step.ts';
import { pause } from '../system/timing.ts';
import { healthOf } from './container-health.rules.ts';
import { type Container, type EngineContext, tellEngine } from './engine.ts';

export type UpWait = {
  /** Time to become healthy; null where the containers only have to run. */
  healthyWithinS: number | null;
  /** Whether one may have ended well instead. */
  mayEnd: boolean;
};

/**
 * Waits until containers are up. Throws StepFailure `not_healthy` where one is not, with the end of what it said in the
 * output.
 * @param find the containers as they are now
 */
export async function waitUntilUp(
  find: () => Promise<Container[]>,
  { healthyWithinS, mayEnd }: UpWait,
  context: EngineContext,
): Promise<void> {
  const endMs = performance.now() + (healthyWithinS ?? startWithinS) * 1000;
  const isHealthWanted = healthyWithinS !== null;
  const steadyEnoughMs = Math.min(isHealthWanted ? 3000 : 1000, (healthyWithinS ?? startWithinS) * 1000);
  const runningSince = new Map<string, number>();
  for (;;) {
    context.signal.throwIfAborted();
    const isLast = performance.now() >= endMs;
    const containers = await find();
    if (containers.length === 0) throw new StepFailure('not_healthy', 'The container is gone.');
    let waitedFor: Container | null = null;
    for (const container of containers) {
      const steadyMs = steadyTime(container, runningSince);
      const health = healthOf(container, { isHealthWanted, mayEnd, steadyMs, steadyEnoughMs });
      if (health === 'waiting') waitedFor = container;
      else if (health !== 'up') throw await notHealthy(container, health.fault, context);
    }
    if (!waitedFor) return;
    if (isLast) throw await notHealthy(waitedFor, overtimeFault(waitedFor, healthyWithinS), context);
    await pause(250, [context.signal]);
  }
}

/** Time for containers that nobody waits for to be healthy. */
const startWithinS = 30;

/** A restart begins the time anew. */
function steadyTime({ id, startedAt, isRunning }: Container, runningSince: Map<string, number>): number {
  const key = `${id} ${startedAt}`;
  const since = runningSince.get(key) ?? performance.now();
  if (isRunning) runningSince.set(key, since);
  return isRunning ? performance.now() - since : 0;
}

function overtimeFault({ status, restarts, health }: Container, withinS: number | null): string {
  const state = health === 'none' ? `${status}, restarted ${restarts} times` : `${status}, ${health}`;
  return `was not ${withinS === null ? 'up' : 'healthy'} within ${withinS ?? startWithinS} s (${state})`;
}

async function notHealthy(container: Container, fault: string, context: EngineContext): Promise<StepFailure> {
  const words = ['logs', '--tail=50', container.id];
  await tellEngine({ words, isShown: true }, context).catch(() => undefined);
  const name = container.name.replace(/\.new-[0-9a-f]{8}$/, '');
  return new StepFailure('not_healthy', `The container ${name} ${fault}.`);
}
