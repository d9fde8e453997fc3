import { sql } from 'kysely';
import { rows } from '../../platform/database/database.ts';
import type { Tx } from '../../platform/database/transaction.ts';

export type KeptArtifact = { id: number; path: string; sha256: string; size: number };

/** Those of the project's artifacts that have one of these paths, kept from being deleted until the transaction ends. */
export async function keepArtifacts(tx: Tx, projectId: number, paths: string[]): Promise<KeptArtifact[]> {
  if (paths.length === 0) return [];
  return rows<KeptArtifact>(
    tx,
    sql`select id, path, sha256, size from artifact
        where project_id = ${projectId} and path = any(${paths}::text[])
        order by path for key share`,
  );
}
