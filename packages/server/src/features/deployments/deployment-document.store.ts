import { sql } from 'kysely';
import { type Db, rows } from '../../platform/database/database.ts';

/** The documents of these names, which are their SHA-256. */
export async function findDocuments(db: Db, names: readonly string[]): Promise<{ sha256: string; content: string }[]> {
  if (names.length === 0) return [];
  return rows(db, sql`select sha256, content from deployment_document where sha256 = any(${names}::text[])`);
}
