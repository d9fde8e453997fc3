import { type NewUser, publicId, type UserWithLink } from '@tideway/protocol';
import { inTransaction } from '../../../platform/database/transaction.ts';
import type { Deps } from '../../../platform/deps.ts';
import { recordAuditEvent } from '../../audit/record-audit-event.ts';
import type { Caller } from '../authenticate-token.ts';
import { giveLink } from './give-link.ts';
import { giveProjects } from './give-projects.ts';
import { insertUser } from './user.store.ts';

/** Lets somebody into the account. They sign in by a link, which is shown here and never again. */
export async function createUser(
  { db, randomBytes }: Pick<Deps, 'db' | 'randomBytes'>,
  caller: Caller,
  order: NewUser,
): Promise<UserWithLink> {
  const id = publicId('u', randomBytes(8));
  const { email, role, projects } = order;
  return inTransaction(db, async (tx) => {
    const userId = await insertUser(tx, { publicId: id, accountId: caller.accountId, email, role });
    await giveProjects(tx, caller.accountId, userId, projects);
    await recordAuditEvent(tx, caller, { action: 'user.created', target: email, after: { role, projects } });
    return giveLink(tx, { randomBytes }, caller, { id: userId, publicId: id });
  });
}
