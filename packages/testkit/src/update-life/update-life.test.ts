import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isFinal, type Life, type Operation, type Told } from './life.ts';
import { type Lived, live, liveLetIn, tidy } from './live.ts';
import { type Moment, momentsArbitrary } from './operations.ts';
import { World } from './world.ts';

/** Given as `seed` or `seed:path`, as a failure prints them. */
const [seed, path] = (process.env.TIDEWAY_LIFE ?? '').split(':', 2);
const runs = process.env.TIDEWAY_LONG ? 20_000 : 300;
/** Lives are lived side by side, each in a world of its own, since most of their time is waiting. */
const worlds = seed ? 1 : 4;
const runsInWorld = runs / worlds;

describe.concurrent('the life of updates', () => {
  for (let index = 1; index <= worlds; index++) {
    it(`is what the promises say, whatever happens in whatever order (world ${index}, ${runsInWorld} runs)`, {
      timeout: runs * 3000,
    }, async ({ onTestFinished }) => {
      const world = await World.start();
      onTestFinished(() => world.stop());
      await fc.assert(
        fc.asyncProperty(momentsArbitrary, (moments) => runMoments(world, moments)),
        { numRuns: runsInWorld, ...(seed && { seed: Number(seed) }), ...(path && { path }) },
      );
    });
  }
});

async function runMoments(world: World, moments: Moment[]): Promise<void> {
  let before = await world.begin();
  for (const moment of moments) {
    const operations = moment.filter((operation) => isPossible(world, operation));
    if (operations.length === 0) continue;
    const told = await Promise.all(operations.map((operation) => world.perform(operation)));
    const after = await world.observe();
    expectForward(before, after);
    const said = JSON.stringify({ moment: operations, told });
    const orders = permutations(operations.map((operation, index) => ({ operation, told: told[index] ?? null })));
    const allowed = orders.flatMap((order) => [before, tidy(before)].flatMap((life) => livesThrough(life, order)));
    if (allowed.length === 0) expect.fail(`In no order this is what they are told: ${said}\n${JSON.stringify(before)}`);
    const isAllowed = allowed.some((life) => JSON.stringify(life) === JSON.stringify(sorted(after)));
    if (!isAllowed) expect(sorted(after), said).toEqual(allowed[0]);
    before = after;
  }
}

/** Of a deployment that does not exist yet nothing can be asked. */
function isPossible(world: World, operation: Operation): boolean {
  return !('deployment' in operation) || operation.deployment < world.size;
}

type Answered = { operation: Operation; told: Told };

/** The life after operations in this order, where all callers would be told what they were told; else nothing. */
function livesThrough(before: Life, order: Answered[]): Life[] {
  let lives = [before];
  for (const { operation, told } of order) {
    lives = lives
      .flatMap((life) => waysToLive(life, operation, order))
      .filter((lived) => lived.told === told || mayMiss(operation, told, order))
      .map(({ life }) => life);
  }
  // The servers end by themselves what too many failures have stopped, some time or other.
  return lives.flatMap((life) => [sorted(life), sorted(tidy(life))]);
}

/** A device that speaks while it is deleted may have been let in before. */
function waysToLive(life: Life, operation: Operation, order: Answered[]): Lived[] {
  const ways = [live(life, operation)];
  if (!isSaidByDevice(operation)) return ways;
  const isDeletedToo = order.some(
    (other) => other.operation.kind === 'delete' && other.operation.device === operation.device,
  );
  return isDeletedToo ? [...ways, liveLetIn(life, operation)] : ways;
}

function isSaidByDevice(
  operation: Operation,
): operation is Operation & { kind: 'ask' | 'report' | 'restore' | 'greet' } {
  return ['ask', 'report', 'restore', 'greet'].includes(operation.kind);
}

/** Who asks while something else happens may be told of nothing: it asks again. */
function mayMiss({ kind }: Operation, told: Told, order: Answered[]): boolean {
  return kind === 'ask' && told === null && order.length > 1;
}

function permutations<Item>(items: Item[]): Item[][] {
  if (items.length < 2) return [items];
  return items.flatMap((item, index) =>
    permutations(items.filter((_, other) => other !== index)).map((rest) => [item, ...rest]),
  );
}

/** Nothing final changes, nothing goes back, and a device is at one update at most. */
function expectForward(before: Life, after: Life): void {
  for (const [index, deployment] of before.deployments.entries()) {
    const later = after.deployments[index]?.updates ?? {};
    expect(Object.keys(later)).toEqual(Object.keys(deployment.updates));
    for (const [device, { status, reason }] of Object.entries(deployment.updates)) {
      if (isFinal(status)) expect(later[Number(device)]).toMatchObject({ status, reason });
      if (status === 'in_progress') expect(later[Number(device)]?.status).not.toBe('pending');
    }
  }
  for (const device of after.devices.keys()) {
    const atWork = after.deployments.filter(({ updates }) => updates[device]?.status === 'in_progress');
    expect(atWork.length).toBeLessThanOrEqual(1);
  }
}

function sorted(life: Life): Life {
  return JSON.parse(JSON.stringify(life, (_key, value) => (isRecord(value) ? byKey(value) : value))) as Life;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function byKey(record: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).sort(([one], [other]) => (one < other ? -1 : 1)));
}
