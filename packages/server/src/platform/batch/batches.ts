import type { again } from './again.ts';
import { BatchQueue } from './batch-queue.ts';

/** Work that is done for many callers at once: one transaction and a few statements for all of them. */
export type BatchWork<Deps, Item, Result> = {
  /** For logs and metrics. */
  name: string;
  /** Items of one key are done one after the other, never in one batch. */
  keyOf: (item: Item) => string | number;
  /** Does the work and commits it; gives a result for each item, in their order. */
  run: (deps: Deps, items: readonly Item[]) => Promise<(Result | typeof again)[]>;
};

/** Brings the calls of a server together into batches; `Deps` is what their work is done with. */
export type Batches<Deps> = {
  /** Settles when the batch that the item went with is committed, or has failed. */
  run: <Item, Result>(work: BatchWork<Deps, Item, Result>, item: Item) => Promise<Result>;
};

/** One batch was done, or has failed. */
export type BatchDone = (batch: { work: string; items: number; seconds: number }) => void;

export function createBatches<Deps>(deps: Deps, onDone: BatchDone): Batches<Deps> {
  // A queue knows the types of its work; the map of them all cannot.
  const queues = new Map<unknown, BatchQueue<never, unknown>>();
  return {
    run: <Item, Result>(work: BatchWork<Deps, Item, Result>, item: Item) => {
      const known = queues.get(work) as BatchQueue<Item, Result> | undefined;
      const queue = known ?? new BatchQueue(work.keyOf, timed(work, deps, onDone));
      if (!known) queues.set(work, queue as unknown as BatchQueue<never, unknown>);
      return queue.add(item);
    },
  };
}

function timed<Deps, Item, Result>({ name, run }: BatchWork<Deps, Item, Result>, deps: Deps, onDone: BatchDone) {
  return async (items: readonly Item[]) => {
    const begunMs = performance.now();
    try {
      return await run(deps, items);
    } finally {
      onDone({ work: name, items: items.length, seconds: (performance.now() - begunMs) / 1000 });
    }
  };
}
