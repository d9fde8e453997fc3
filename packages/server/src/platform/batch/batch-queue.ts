import { isDatabaseAway } from '../database/is-database-away.ts';
import { Refusal } from '../refusal.ts';
import { again } from './again.ts';

/** How long calls are gathered, in milliseconds, unless there are enough of them before. */
const gatherMs = 5;
const maxItems = 500;
const maxBatchesAtOnce = 2;
/** An item whose row is held by somebody tries again after a pause that grows up to this. */
const longestPauseMs = 250;
const patienceMs = 20_000;

type Key = string | number;
type Entry<Item, Result> = {
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
  private waiting: Entry<Item, Result>[] = [];
  /** Entries that try again; each still has its key, so that no later item of that key passes it. */
  private readonly returning: Entry<Item, Result>[] = [];
  private readonly keysAtWork = new Set<Key>();
  private batchesAtWork = 0;
  private timer: NodeJS.Timeout | null = null;

  constructor(keyOf: (item: Item) => Key, run: (items: readonly Item[]) => Promise<(Result | typeof again)[]>) {
    this.keyOf = keyOf;
    this.run = run;
  }

  add(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ item, key: this.keyOf(item), tries: 0, since: performance.now(), resolve, reject });
      this.beginSoon();
    });
  }

  private beginSoon(): void {
    if (this.waiting.length + this.returning.length >= maxItems) this.begin();
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
        this.begin();
      });
    }
  }

  /** Those that try again, and the oldest others whose keys nobody is at. */
  private takeBatch(): Entry<Item, Result>[] {
    const batch = this.returning.splice(0, maxItems);
    const left: Entry<Item, Result>[] = [];
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

  private async carryOut(batch: Entry<Item, Result>[]): Promise<void> {
    try {
      const results = await this.run(batch.map(({ item }) => item));
      for (const [index, entry] of batch.entries()) this.answer(entry, results[index] as Result | typeof again);
    } catch (error) {
      // Without a database each of them would fail for itself, one after the other, for minutes.
      if (batch.length === 1 || isDatabaseAway(error)) for (const entry of batch) this.fail(entry, error);
      else for (const entry of batch) await this.carryOut([entry]);
    }
  }

  private answer(entry: Entry<Item, Result>, result: Result | typeof again): void {
    if (result === again) {
      this.tryAgain(entry);
      return;
    }
    this.keysAtWork.delete(entry.key);
    entry.resolve(result);
  }

  private tryAgain(entry: Entry<Item, Result>): void {
    if (performance.now() - entry.since > patienceMs) {
      this.fail(entry, new Refusal('unavailable', 'Something else is at this device: try again', { retryAfterS: 2 }));
      return;
    }
    const pauseMs = Math.min(longestPauseMs, gatherMs * 2 ** entry.tries);
    setTimeout(() => {
      this.returning.push({ ...entry, tries: entry.tries + 1 });
      this.beginSoon();
    }, pauseMs);
  }

  private fail(entry: Entry<Item, Result>, error: unknown): void {
    this.keysAtWork.delete(entry.key);
    entry.reject(error);
  }
}
