import { secondsUntil } from '../../platform/database/database-time.ts';
import type { Tx } from '../../platform/database/transaction.ts';
import { Refusal } from '../../platform/refusal.ts';
import type { OrderTiming } from './order-timing.rules.ts';

/** Refuses what contradicts itself, and what should have begun already. */
export async function checkOrderTiming(
  tx: Tx,
  {
    startAt,
    expiresInS,
    supersedes,
    app,
  }: Pick<OrderTiming, 'startAt' | 'expiresInS' | 'supersedes'> & { app: unknown },
): Promise<void> {
  if (supersedes === 'same_app' && app === null) refuse('supersede', 'is same_app, and the order has no app');
  if (startAt === null) return;
  const startsInS = await secondsUntil(tx, startAt);
  if (startsInS <= 0) refuse('schedule.start_at', 'must be in the future');
  if (expiresInS !== null && expiresInS <= startsInS) refuse('expires_in', 'is over before schedule.start_at');
}

function refuse(field: string, problem: string): never {
  throw new Refusal('invalid_request', `${field} ${problem}`, { field });
}
