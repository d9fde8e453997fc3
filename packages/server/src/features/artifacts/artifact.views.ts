import type { Artifact } from '@tideway/protocol';
import { sql } from 'kysely';
import { type Db, rows } from '../../platform/database/database.ts';
import type { ArtifactRow } from './artifact.store.ts';

/** One page of a project's artifacts in the order of their paths; `next` is the path that the page ended at. */
export async function listArtifacts(
  db: Db,
  projectId: number,
  page: { limit: number; after?: string | undefined; prefix?: string | undefined },
): Promise<{ items: Artifact[]; next: string | null }> {
  const found = await rows<ArtifactRow>(
    db,
    sql`select id, path, sha256, size, blob_key, created_at from artifact
        where project_id = ${projectId} and path > ${page.after ?? ''} and starts_with(path, ${page.prefix ?? ''})
        order by path limit ${page.limit + 1}`,
  );
  const items = found.slice(0, page.limit).map(showArtifact);
  return { items, next: found.length > page.limit ? (items.at(-1)?.path ?? null) : null };
}

/** An artifact as the API shows it; its path is its id. */
export function showArtifact(row: ArtifactRow): Artifact {
  return { id: row.path, path: row.path, sha256: row.sha256, size: row.size, created_at: row.created_at.toISOString() };
}
