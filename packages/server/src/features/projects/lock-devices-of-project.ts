import { sql } from 'kysely';
import { execute } from '../../platform/database/database.ts';
import type { Tx } from '../../platform/database/transaction.ts';

/**
 * Keeps every device of a project from being deleted until the transaction ends, by one lock and not by half a million:
 * what selects devices takes it, beside others that do the same.
 */
export async function keepDevicesOfProject(tx: Tx, projectId: number): Promise<void> {
  await execute(tx, sql`select from project where id = ${projectId} for share`);
}

/** Waits for those who keep the devices of a project, and keeps new ones waiting: what deletes a device takes it. */
export async function lockDevicesOfProject(tx: Tx, projectId: number): Promise<void> {
  await execute(tx, sql`select from project where id = ${projectId} for no key update`);
}
