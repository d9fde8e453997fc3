import fc from 'fast-check';
import type { Operation } from './life.ts';

export const deviceCount = 3;

const device = fc.nat(deviceCount - 1);
/** Of the first ones most is said, so that much happens to the same update. */
const deployment = fc.constantFrom(0, 0, 0, 0, 1, 1, 2, 3);
const versions = ['v1', 'v2', 'v3'];

const orderArbitrary = fc.record({
  kind: fc.constant('order' as const),
  devices: fc.subarray([...Array(deviceCount).keys()], { minLength: 1 }),
  version: fc.constantFrom(null, ...versions),
  supersede: fc.constantFrom('none' as const, 'none' as const, 'same_flow' as const, 'same_app' as const),
  expires: fc.boolean(),
  maxFailures: fc.constantFrom(null, null, 1, 2),
});
/** What has two ends coming may meet either first. */
const order = orderArbitrary.map((one) => ({ ...one, expires: one.expires && one.maxFailures === null }));
const ask = fc.record({ kind: fc.constant('ask' as const), device });
const report = fc.record({
  kind: fc.constant('report' as const),
  device,
  deployment,
  event: fc.constantFrom('step_started', 'step_failed', 'succeeded', 'succeeded', 'failed', 'stopped'),
  attempt: fc.constantFrom(1, 1, 1, 2),
  seq: fc.integer({ min: 1, max: 6 }),
});

const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 5, arbitrary: order },
  { weight: 8, arbitrary: ask },
  { weight: 9, arbitrary: report },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('abort' as const), deployment, device: fc.option(device) }),
  },
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constantFrom('pause', 'resume', 'retry', 'age'), deployment }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constantFrom('delete', 'restore', 'restore', 'greet', 'approve'), device }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('trigger' as const), device, isOn: fc.boolean() }) },
);

/** One operation, or two or three that are begun at once. */
export type Moment = Operation[];

const toAll = order.map((one) => ({ ...one, devices: [...Array(deviceCount).keys()], supersede: 'none' as const }));
const someAsk: fc.Arbitrary<Moment> = fc
  .subarray([...Array(deviceCount).keys()])
  .map((asking) => asking.map((one) => ({ kind: 'ask' as const, device: one })));
const pauseOfFirst: Moment = [{ kind: 'pause', deployment: 0 }];

/** An order for all devices that some take up at once, or that is paused while they take up a newer one. */
const opening: fc.Arbitrary<Moment[]> = fc.oneof(
  { weight: 3, arbitrary: fc.tuple(toAll, someAsk).map(([first, asking]) => [[first], asking]) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(toAll, toAll, someAsk)
      .map(([first, newer, asking]) => [[first], pauseOfFirst, [newer], asking]),
  },
);

/** What happens in one run: at first what gives the devices something to do. */
export const momentsArbitrary: fc.Arbitrary<Moment[]> = fc
  .tuple(
    opening,
    fc.array(
      fc.oneof(
        { weight: 3, arbitrary: fc.tuple(operation) },
        { weight: 2, arbitrary: fc.array(operation, { minLength: 2, maxLength: 3 }) },
      ),
      { minLength: 4, maxLength: 14 },
    ),
  )
  .map(([first, moments]) => [...first, ...moments.map(together)]);

/**
 * What may be begun at once: orders that overlap in time have no order, so one of them; a device says hello once at a
 * time; and the passing of time is not of one instant, so that only what devices say may meet it.
 */
function together(operations: Operation[]): Moment {
  const ages = operations.find(({ kind }) => kind === 'age');
  if (ages !== undefined) return [ages, ...operations.filter(({ kind }) => kind === 'report')];
  const seen = new Set<string>();
  return operations.filter((one) => {
    const name = nameOfKind(one);
    if (name === null) return true;
    if (seen.has(name)) return false;
    seen.add(name);
    return true;
  });
}

function nameOfKind(operation: Operation): string | null {
  switch (operation.kind) {
    case 'order':
    case 'retry':
      return 'creates';
    case 'restore':
    case 'greet':
      return `hello ${operation.device}`;
    default:
      return null;
  }
}
