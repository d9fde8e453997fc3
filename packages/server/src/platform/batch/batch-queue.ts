import { Refusal } from '../refusal.ts';
import { again } from './again.ts';

/** How long calls are gathered, in milliseconds, unless there are enough of them before. */
const gatherMs = 5;
const maxItems = 200;
const maxBatchesAtOnce = 2;
/** An item whose row is held by somebody tries again after a pause that grows up to this. */
const longestPauseMs = 250;
const patienceMs = 20_000;

type Key = string | number;
type Waiting<Item, Result> = {
  item: Item;
  key: Key;
  tries: number;
  since: number;
  resolve: (result: Result) => void;
  reject: (error: unknown) => void;
};

/** Gathers items into batches and answers each of them. One item that fails does not fail the others of its batch. */
export class BatchQueue<Item, Result> {
  private readonly keyOf: (item: Item) => Key;
  private readonly run: (items: readonly Item[]) => Promise<(Result | typeof again)[]>;
  private waiting: Waiting<Item, Result>[] = [];
  private readonly keysAtWork = new Set<Key>();
  private batchesAtWork = 0;
  private timer: NodeJS.Timeout | null = null;

  constructor(keyOf: (item: Item) => Key, run: (items: readonly Item[]) => Promise<(Result | typeof again)[]>) {
    this.keyOf = keyOf;
    this.run = run;
  }

  add(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.enqueue({ item, key: this.keyOf(item), tries: 0, since: performance.now(), resolve, reject });
    });
  }

  private enqueue(entry: Waiting<Item, Result>): void {
    this.waiting.push(entry);
    if (this.waiting.length >= maxItems) this.begin();
    else this.timer ??= setTimeout(() => this.begin(), gatherMs);
  }

  private begin(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    while (this.batchesAtWork < maxBatchesAtOnce) {
      const batch = this.takeBatch();
      if (batch.length === 0) return;
      this.batchesAtWork += 1;
      void this.carryOut(batch).finally(() => {
        this.batchesAtWork -= 1;
        for (const { key } of batch) this.keysAtWork.delete(key);
        if (this.waiting.length > 0) this.begin();
      });
    }
  }

  /** The oldest items whose keys nobody is at. */
  private takeBatch(): Waiting<Item, Result>[] {
    const batch: Waiting<Item, Result>[] = [];
    const left: Waiting<Item, Result>[] = [];
    for (const entry of this.waiting) {
      if (batch.length === maxItems || this.keysAtWork.has(entry.key)) left.push(entry);
      else {
        this.keysAtWork.add(entry.key);
        batch.push(entry);
      }
    }
    this.waiting = left;
    return batch;
  }

  private async carryOut(batch: Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await this.run(batch.map(({ item }) => item));
      for (const [index, entry] of batch.entries()) this.answer(entry, results[index] as Result | typeof again);
    } catch (error) {
      if (batch.length === 1) for (const { reject } of batch) reject(error);
      else for (const entry of batch) await this.carryOut([entry]);
    }
  }

  private answer(entry: Waiting<Item, Result>, result: Result | typeof again): void {
    if (result !== again) {
      entry.resolve(result);
      return;
    }
    if (performance.now() - entry.since > patienceMs) {
      entry.reject(new Refusal('unavailable', 'Something else is at this device: try again', { retryAfterS: 2 }));
      return;
    }
    const pauseMs = Math.min(longestPauseMs, gatherMs * 2 ** entry.tries);
    setTimeout(() => this.enqueue({ ...entry, tries: entry.tries + 1 }), pauseMs);
  }
}
