import type { Db } from '../../platform/database/database.ts';
import type { Deps, Use } from '../../platform/deps.ts';
import { setAccessTokenUsed } from './access-token.store.ts';
import { setUserSeen } from './users/user.store.ts';

const lookEveryMs = 1000;
const writeEveryMs = 60_000;

type Noted = { use: Use; atMs: number };

/**
 * Remembers who has called, and writes it down in the background, at most once a minute for each access token and user:
 * `last_used_at` and `last_seen_at` are exact to a minute. No call waits for that, and none fails with it. A server
 * that is stopped loses nothing of it, one that is killed a minute.
 */
export class LastUses {
  private readonly deps: Pick<Deps, 'db' | 'log'>;
  private readonly nowMs: () => number;
  /** What is not written yet. */
  private readonly noted = new Map<string, Noted>();
  /** Of the last minute. */
  private readonly writtenAtMs = new Map<string, number>();
  private notBeforeMs = Number.NEGATIVE_INFINITY;
  private looking: NodeJS.Timeout | null = null;
  private writing: Promise<void> | null = null;

  constructor(deps: Pick<Deps, 'db' | 'log'>, nowMs = () => performance.now()) {
    this.deps = deps;
    this.nowMs = nowMs;
  }

  note(use: Use): void {
    this.noted.set(keyOf(use), { use, atMs: this.nowMs() });
  }

  start(): void {
    this.looking ??= setInterval(() => void this.writeDue(), lookEveryMs);
  }

  async stop(): Promise<void> {
    if (this.looking) clearInterval(this.looking);
    await this.writeAll();
  }

  async writeAll(): Promise<void> {
    // Whoever waits as well may begin first.
    while (this.writing) await this.writing;
    await this.write([...this.noted]);
  }

  /** Leaves for later what was written within the last minute; all of it, where the database was away in that time. */
  async writeDue(): Promise<void> {
    if (this.writing || this.noted.size === 0 || this.nowMs() < this.notBeforeMs) return;
    const minuteAgoMs = this.nowMs() - writeEveryMs;
    for (const [key, atMs] of this.writtenAtMs) if (atMs <= minuteAgoMs) this.writtenAtMs.delete(key);
    await this.write([...this.noted].filter(([key]) => !this.writtenAtMs.has(key)));
  }

  private async write(entries: [string, Noted][]): Promise<void> {
    this.writing = this.writeEach(entries).finally(() => {
      this.writing = null;
    });
    await this.writing;
  }

  private async writeEach(entries: [string, Noted][]): Promise<void> {
    try {
      // One row in a statement: who waits for a row while it holds another one may be waited for by a call.
      for (const [key, noted] of entries) {
        await writeUse(this.deps.db, noted.use, (this.nowMs() - noted.atMs) / 1000);
        this.writtenAtMs.set(key, this.nowMs());
        // It may have been noted again meanwhile.
        if (this.noted.get(key) === noted) this.noted.delete(key);
      }
    } catch (error) {
      this.notBeforeMs = this.nowMs() + writeEveryMs;
      this.deps.log.warn({ err: error }, 'Who has called could not be written down; it will be tried again');
    }
  }
}

/** A program that shows a token of a user does not make that user seen. */
function keyOf({ userId, tokenId }: Use): string {
  return tokenId ?? `user ${userId}`;
}

function writeUse(db: Db, { userId, tokenId }: Use, secondsAgo: number): Promise<void> {
  return tokenId === null ? setUserSeen(db, userId, secondsAgo) : setAccessTokenUsed(db, tokenId, secondsAgo);
}
