import { sql } from 'kysely';
import { type Db, oneRow } from '../../platform/database/database.ts';
import { Refusal } from '../../platform/refusal.ts';
import { hashPassword } from './password.ts';
import { setUpAccount } from './set-up-account.ts';

/** Makes the first account with its owner where there is none yet, and says whether it did. */
export async function ensureOwner(db: Db, owner: { email: string; password: string | null }): Promise<boolean> {
  const { exists } = await oneRow<{ exists: boolean }>(db, sql`select exists(select from account) as exists`);
  if (exists) return false;
  const passwordHash = owner.password === null ? null : await hashPassword(owner.password);
  try {
    await setUpAccount(db, { accountName: 'Tideway', email: owner.email, passwordHash });
    return true;
  } catch (error) {
    // Another server on the same database started at the same moment and was faster.
    if (error instanceof Refusal && error.code === 'already_exists') return false;
    throw error;
  }
}
