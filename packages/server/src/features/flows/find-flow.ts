import type { FlowDocument } from '@tideway/protocol';
import { sql } from 'kysely';
import { type Db, firstRow } from '../../platform/database/database.ts';

/** The version of a flow that a deployment takes. */
export type FoundFlow = {
  flowId: number;
  versionId: number;
  publicId: string;
  number: number;
  document: FlowDocument;
};

/** The newest version of a flow of the project, or null where there is no such flow. */
export async function findNewestFlow(db: Db, projectId: number, publicId: string): Promise<FoundFlow | null> {
  return firstRow<FoundFlow>(
    db,
    sql`select f.id as "flowId", v.id as "versionId", f.public_id as "publicId", v.number, v.document
        from flow f join flow_version v on v.flow_id = f.id
        where f.project_id = ${projectId} and f.public_id = ${publicId} and f.deleted_at is null
        order by v.number desc limit 1`,
  );
}
