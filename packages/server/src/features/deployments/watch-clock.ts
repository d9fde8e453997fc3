import { sql } from 'kysely';
import { type Db, oneRow } from '../../platform/database/database.ts';
import { inTransaction, type Tx } from '../../platform/database/transaction.ts';
import type { Deps } from '../../platform/deps.ts';
import { endExpiredUpdates, endOverdueUpdates, endUpdatesOverLimit } from './abort.store.ts';
import { archiveFinished } from './archive-finished.ts';
import { beginScheduled } from './begin-scheduled.ts';
import { countChanges, type StatusChange } from './deployment-count.store.ts';
import { tellEnded } from './tell-ended.ts';

type OverdueDeps = Pick<Deps, 'db' | 'metrics' | 'settings' | 'changes'>;
type WatchDeps = OverdueDeps & Pick<Deps, 'log' | 'wakes' | 'blobs'>;

const batchSize = 5000;
/** So many intervals of polling must have passed since an outage. */
const intervalsToSpeak = 3;

/**
 * Begins what is scheduled, ends what is overdue and archives what is finished for long, every few seconds, on every
 * server. Gives what stops it.
 */
export function watchClock(deps: WatchDeps): () => Promise<void> {
  let looking: Promise<void> = Promise.resolve();
  const look = () => {
    looking = looking
      .then(() => beginScheduled(deps))
      .then(() => endWhatIsOverdue(deps))
      .then(() => archiveFinished(deps))
      .catch((error: unknown) => deps.log.warn({ err: error }, 'It could not be seen what is due'));
  };
  const timer = setInterval(look, deps.settings.lookEveryMs ?? 5_000);
  look();
  return async () => {
    clearInterval(timer);
    await looking;
  };
}

/**
 * Ends the updates whose deadline has passed, and those whose order has expired, unless the service has been away lately:
 * devices may have results that they could not say. Ends in any case what too many failures have stopped.
 */
export async function endWhatIsOverdue(deps: OverdueDeps): Promise<void> {
  await endAll(deps, endUpdatesOverLimit);
  const upForS = await noteServiceIsUp(deps.db);
  if (upForS < intervalsToSpeak * deps.settings.pollAfterS) return;
  await endAll(deps, endOverdueUpdates);
  await endAll(deps, endExpiredUpdates);
}

/** In transactions of a bounded size, so that nobody waits for long. */
async function endAll(
  { db, metrics, changes }: OverdueDeps,
  endSome: (tx: Tx, atMost: number) => Promise<StatusChange[]>,
): Promise<void> {
  let ended = batchSize;
  while (ended === batchSize) {
    ended = await inTransaction(db, async (tx, onCommit) => {
      const updates = await endSome(tx, batchSize);
      await countChanges(tx, updates);
      onCommit(() => metrics.updatesEnded(updates));
      onCommit(() => tellEnded(changes, updates));
      return updates.reduce((sum, { count = 1 }) => sum + count, 0);
    });
  }
}

/** Notes that a server is here, and gives for how many seconds there has been one without a break. */
async function noteServiceIsUp(db: Db): Promise<number> {
  const { up_for_s } = await oneRow<{ up_for_s: number }>(
    db,
    sql`insert into service_time as t (up_since, seen_at) values (tideway_now(), tideway_now())
        on conflict (is_only_row) do update
        set up_since = case when t.seen_at between excluded.seen_at - interval '30 seconds'
                                               and excluded.seen_at + interval '30 seconds'
                            then t.up_since else excluded.seen_at end,
            seen_at = excluded.seen_at
        returning extract(epoch from seen_at - up_since)::float8 as up_for_s`,
  );
  return up_for_s;
}
