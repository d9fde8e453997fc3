import { isInFuture } from '../../platform/database/is-in-future.ts';
import type { Tx } from '../../platform/database/transaction.ts';
import { Refusal } from '../../platform/refusal.ts';

/** The end date that a body gives a token as `expires_at`, null where it gives none; refuses one that has passed. */
export async function checkEndDate(tx: Tx, time: string | undefined): Promise<Date | null> {
  if (time === undefined) return null;
  const endDate = new Date(time);
  if (await isInFuture(tx, endDate)) return endDate;
  throw new Refusal('invalid_request', 'expires_at must be in the future', { field: 'expires_at' });
}
