import { sql } from 'kysely';
import { type Db, rows } from '../../platform/database/database.ts';

/** The documents that are named, by their SHA-256. */
export async function readDocuments(
  db: Db,
  named: readonly { document_sha256: string }[],
): Promise<Map<string, string>> {
  const names = [...new Set(named.map(({ document_sha256 }) => document_sha256))];
  if (names.length === 0) return new Map();
  const found = await rows<{ sha256: string; content: string }>(
    db,
    sql`select sha256, content from deployment_document where sha256 = any(${names}::text[])`,
  );
  return new Map(found.map(({ sha256, content }) => [sha256, content]));
}
