import { inTransaction } from '../../../platform/database/transaction.ts';
import type { Deps } from '../../../platform/deps.ts';
import { recordAuditEvent } from '../../audit/record-audit-event.ts';
import type { SignedIn } from './authenticate-session.ts';
import { deleteSession, deleteSessions } from './session.store.ts';

/** Signs the caller out in this browser. */
export async function endSession({ db }: Pick<Deps, 'db'>, caller: SignedIn): Promise<void> {
  await inTransaction(db, async (tx) => {
    await deleteSession(tx, caller.session.session_id);
    await recordAuditEvent(tx, caller, { action: 'session.ended', target: caller.actor });
  });
}

/** Signs the caller out in all browsers, this one too. */
export async function endAllSessions({ db }: Pick<Deps, 'db'>, caller: SignedIn): Promise<void> {
  await inTransaction(db, async (tx) => {
    const ended = await deleteSessions(tx, caller.userId, { except: null });
    await recordAuditEvent(tx, caller, { action: 'session.all_ended', target: caller.actor, after: { ended } });
  });
}
