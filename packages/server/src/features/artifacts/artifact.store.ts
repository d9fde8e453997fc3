import { sql } from 'kysely';
import { type Db, execute, firstRow, rows } from '../../platform/database/database.ts';
import type { Tx } from '../../platform/database/transaction.ts';

export type ArtifactRow = {
  id: number;
  path: string;
  sha256: string;
  size: number;
  blob_key: string;
  created_at: Date;
};

/** Adds an artifact; null where the path is taken. */
export async function insertArtifact(
  tx: Tx,
  projectId: number,
  artifact: { path: string; sha256: string; size: number; blobKey: string },
): Promise<ArtifactRow | null> {
  return firstRow<ArtifactRow>(
    tx,
    sql`insert into artifact (project_id, path, sha256, size, blob_key)
        values (${projectId}, ${artifact.path}, ${artifact.sha256}, ${artifact.size}, ${artifact.blobKey})
        on conflict (project_id, path) do nothing
        returning id, path, sha256, size, blob_key, created_at`,
  );
}

export async function findArtifact(db: Db, projectId: number, path: string): Promise<ArtifactRow | null> {
  return firstRow<ArtifactRow>(
    db,
    sql`select id, path, sha256, size, blob_key, created_at from artifact
        where project_id = ${projectId} and path = ${path}`,
  );
}

/** Locks an artifact against deployments that would start to need it. */
export async function lockArtifact(tx: Tx, projectId: number, path: string): Promise<ArtifactRow | null> {
  return firstRow<ArtifactRow>(
    tx,
    sql`select id, path, sha256, size, blob_key, created_at from artifact
        where project_id = ${projectId} and path = ${path} for update`,
  );
}

/** Public ids of up to three deployments with open updates that need the artifact. */
export async function findDeploymentsNeeding(tx: Tx, artifactId: number): Promise<string[]> {
  const found = await rows<{ public_id: string }>(
    tx,
    sql`select d.public_id from deployment_artifact a join deployment d on d.id = a.deployment_id
        where a.artifact_id = ${artifactId} and exists (
          select from device_update u where u.deployment_id = d.id and u.status in ('pending', 'in_progress'))
        order by d.id limit 3`,
  );
  return found.map((row) => row.public_id);
}

/** Removes an artifact that no open update needs; finished deployments keep its path and SHA-256 in their document. */
export async function deleteArtifactRow(tx: Tx, artifactId: number): Promise<void> {
  await execute(tx, sql`delete from deployment_artifact where artifact_id = ${artifactId}`);
  await execute(tx, sql`delete from artifact where id = ${artifactId}`);
}
