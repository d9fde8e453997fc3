import { sql } from 'kysely';
import { rows } from '../../platform/database/database.ts';
import type { Tx } from '../../platform/database/transaction.ts';

export type KeptRegistry = { id: number; name: string };

/** Those of the project's registries that have one of these names, kept from being deleted until the transaction ends. */
export async function keepRegistries(tx: Tx, projectId: number, names: string[]): Promise<KeptRegistry[]> {
  if (names.length === 0) return [];
  return rows<KeptRegistry>(
    tx,
    sql`select id, name from registry where project_id = ${projectId} and name = any(${names}::text[])
        order by name for key share`,
  );
}
