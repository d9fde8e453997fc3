import type { Tx } from '../../../platform/database/transaction.ts';
import { Refusal } from '../../../platform/refusal.ts';
import { setProjects } from './user.store.ts';

/** Says which projects a user may see, or refuses where one of them does not exist. */
export async function giveProjects(tx: Tx, accountId: number, userId: number, keys: string[] | null): Promise<void> {
  const [unknown] = await setProjects(tx, accountId, userId, keys);
  if (unknown === undefined || keys === null) return;
  throw new Refusal('unknown_project', `There is no project with the key ${unknown}`, {
    field: `projects[${keys.indexOf(unknown)}]`,
  });
}
