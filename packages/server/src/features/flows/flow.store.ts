import type { FlowDocument } from '@tideway/protocol';
import { sql } from 'kysely';
import { type Db, execute, firstRow, oneRow, rows } from '../../platform/database/database.ts';
import type { Tx } from '../../platform/database/transaction.ts';

export type FlowRow = { id: number; public_id: string; name: string };

/** Adds a flow without a version; fails on a name or id that is taken (unique indexes flow_name, flow_public_id). */
export async function insertFlow(tx: Tx, projectId: number, publicId: string, name: string): Promise<FlowRow> {
  return oneRow<FlowRow>(
    tx,
    sql`insert into flow (project_id, public_id, name) values (${projectId}, ${publicId}, ${name})
        returning id, public_id, name`,
  );
}

/** Adds the next version of a flow and gives its number. The flow must be locked. */
export async function insertVersion(
  tx: Tx,
  flowId: number,
  version: { source: string; document: FlowDocument; createdBy: string },
): Promise<number> {
  const row = await oneRow<{ number: number }>(
    tx,
    sql`insert into flow_version (flow_id, number, source, document, created_by)
        select ${flowId}, coalesce(max(number), 0) + 1, ${version.source}, ${JSON.stringify(version.document)}::jsonb,
               ${version.createdBy}
        from flow_version where flow_id = ${flowId}
        returning number`,
  );
  return row.number;
}

export async function lockFlow(tx: Tx, projectId: number, publicId: string): Promise<FlowRow | null> {
  return firstRow<FlowRow>(
    tx,
    sql`select id, public_id, name from flow
        where project_id = ${projectId} and public_id = ${publicId} and deleted_at is null for update`,
  );
}

export async function renameFlow(tx: Tx, flowId: number, name: string): Promise<void> {
  await execute(tx, sql`update flow set name = ${name} where id = ${flowId}`);
}

/** Takes a flow out of sight. Its versions stay: deployments show what they ran. */
export async function markFlowDeleted(tx: Tx, flowId: number): Promise<void> {
  await execute(tx, sql`update flow set deleted_at = tideway_now() where id = ${flowId}`);
}

/** Those of the paths that are in the project's artifact store. */
export async function findExistingPaths(db: Db, projectId: number, paths: string[]): Promise<string[]> {
  const found = await rows<{ path: string }>(
    db,
    sql`select path from artifact where project_id = ${projectId} and path = any(${paths}::text[])`,
  );
  return found.map((row) => row.path);
}
