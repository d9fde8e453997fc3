import type { Transaction } from 'kysely';
import type { Db } from './database.ts';

/** A running transaction: what a function asks for that must not run outside of one. */
export type Tx = Transaction<unknown>;

/** Takes what is to happen once the transaction is committed. */
export type OnCommit = (effect: () => void) => void;

/**
 * Runs `work` in one transaction and gives what it gives; an error rolls everything back. What must happen only when
 * the rows are there for everybody (a wake-up, an event) is handed to `onCommit`.
 */
export async function inTransaction<Result>(
  db: Db,
  work: (tx: Tx, onCommit: OnCommit) => Promise<Result>,
): Promise<Result> {
  const effects: (() => void)[] = [];
  const result = await db.transaction().execute((tx) => work(tx, (effect) => effects.push(effect)));
  for (const effect of effects) effect();
  return result;
}
