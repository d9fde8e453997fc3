import type { FlowDocument, FlowVersionSummary, UpdateFlow, UpdateFlowVersion } from '@tideway/protocol';
import { type RawBuilder, sql } from 'kysely';
import { type Db, firstRow, rows } from '../../platform/database/database.ts';
import { type IdPage, pageOfRows } from '../../platform/http/id-page.ts';
import { Refusal } from '../../platform/refusal.ts';

/** One page of a project's flows, newest first, each with its newest version. */
export async function listFlows(db: Db, projectId: number, query: IdPage) {
  const found = await rows<FlowViewRow>(
    db,
    sql`${selectFlows(sql`v.number = (select max(number) from flow_version where flow_id = f.id)`)}
        and f.project_id = ${projectId} and f.deleted_at is null
        and (${query.after ?? null}::bigint is null or f.id < ${query.after ?? null})
        order by f.id desc limit ${query.limit + 1}`,
  );
  return pageOfRows(found, query.limit, showFlow);
}

/** A flow in full: its newest version, or the one of this number. Refuses with `not_found`. */
export async function readFlow(
  db: Db,
  projectId: number,
  publicId: string,
  version: number | null,
): Promise<UpdateFlowVersion> {
  const row = await firstRow<FlowViewRow>(
    db,
    sql`${selectFlows(sql`v.number = coalesce(${version}, (select max(number) from flow_version where flow_id = f.id))`)}
        and f.project_id = ${projectId} and f.public_id = ${publicId} and f.deleted_at is null`,
  );
  if (row === null) throw new Refusal('not_found', `There is no flow ${publicId}, or no such version of it`);
  return {
    ...showFlow(row),
    source: row.source,
    inputs: row.document.inputs,
    steps: row.document.steps.map(({ name, uses }) => ({ name, uses })),
  };
}

/** The newest versions of a project's flows, newest flow first: at most so many, of those before the flow `before`. */
export async function listNewestVersions(
  db: Db,
  projectId: number,
  { before, limit }: { before: number | null; limit: number },
): Promise<{ flowId: number; publicId: string; number: number; document: FlowDocument }[]> {
  return rows(
    db,
    sql`select f.id as "flowId", f.public_id as "publicId", v.number, v.document
        from flow f join flow_version v on v.flow_id = f.id
        where f.project_id = ${projectId} and f.deleted_at is null and (${before}::bigint is null or f.id < ${before})
          and v.number = (select max(number) from flow_version where flow_id = f.id)
        order by f.id desc limit ${limit}`,
  );
}

/** All versions of a flow, newest first. Refuses with `not_found`. */
export async function listVersions(db: Db, projectId: number, publicId: string): Promise<FlowVersionSummary[]> {
  const found = await rows<{ number: number; created_at: Date; created_by: string }>(
    db,
    sql`select v.number, v.created_at, v.created_by from flow f join flow_version v on v.flow_id = f.id
        where f.project_id = ${projectId} and f.public_id = ${publicId} and f.deleted_at is null
        order by v.number desc`,
  );
  if (found.length === 0) throw new Refusal('not_found', `There is no flow ${publicId}`);
  return found.map((row) => ({
    version: row.number,
    created_at: row.created_at.toISOString(),
    created_by: row.created_by,
  }));
}

type FlowViewRow = {
  id: number;
  public_id: string;
  name: string;
  number: number;
  source: string;
  document: FlowDocument;
  created_at: Date;
  changed_at: Date;
};

function selectFlows(version: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`select f.id, f.public_id, f.name, f.created_at, v.number, v.source, v.document, v.created_at as changed_at
             from flow f join flow_version v on v.flow_id = f.id where ${version}`;
}

function showFlow(row: FlowViewRow): UpdateFlow {
  return {
    id: row.public_id,
    uuid: row.public_id,
    name: row.name,
    description: row.document.description,
    version: row.number,
    created_at: row.created_at.toISOString(),
    changed_at: row.changed_at.toISOString(),
  };
}
