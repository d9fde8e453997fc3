import type { FlowDocument } from '@tideway/protocol';
import { sql } from 'kysely';
import { type Db, firstRow, rows } from '../../platform/database/database.ts';

/** The version of a flow that a deployment takes. */
export type FoundFlow = {
  flowId: number;
  versionId: number;
  publicId: string;
  number: number;
  document: FlowDocument;
};

/** A version of a flow of the project, the newest one where `number` is null; null where there is none. */
export async function findFlowVersion(
  db: Db,
  projectId: number,
  publicId: string,
  number: number | null,
): Promise<FoundFlow | null> {
  return firstRow<FoundFlow>(
    db,
    sql`select f.id as "flowId", v.id as "versionId", f.public_id as "publicId", v.number, v.document
        from flow f join flow_version v on v.flow_id = f.id
        where f.project_id = ${projectId} and f.public_id = ${publicId} and f.deleted_at is null
          and (${number}::integer is null or v.number = ${number})
        order by v.number desc limit 1`,
  );
}

/** Those of the project's flows that have this id or one of these names. */
export async function findFlows(
  db: Db,
  projectId: number,
  { id, names }: { id: string | null; names: string[] },
): Promise<{ publicId: string; name: string }[]> {
  return rows(
    db,
    sql`select public_id as "publicId", name from flow
        where project_id = ${projectId} and deleted_at is null
          and (public_id = ${id} or name = any(${names}::text[]))`,
  );
}
