import type { Deployment, DeploymentState, FailureLimit, StatusCounts, Supersede } from '@tideway/protocol';
import { type RawBuilder, sql } from 'kysely';
import { type Db, firstRow, rows } from '../../platform/database/database.ts';
import { patternOf } from '../../platform/database/pattern.rules.ts';
import { type IdPage, pageOfRows } from '../../platform/http/id-page.ts';
import { Refusal } from '../../platform/refusal.ts';
import { deploymentState, isInState } from './deployment-state.rules.ts';

/** Narrows the list of deployments. */
export type DeploymentFilter = {
  state?: DeploymentState | undefined;
  /** The id or the name of a flow. */
  flow?: string | undefined;
  app?: string | undefined;
  /** A part of id, comment, flow, app's version or who ordered it. */
  search?: string | undefined;
};

/** One page of a project's deployments, newest first. */
export async function pageOfDeployments(
  db: Db,
  projectId: number,
  { after, limit, ...filter }: IdPage & DeploymentFilter,
) {
  const found = await rows<DeploymentRow>(
    db,
    sql`${selectDeployments} where d.project_id = ${projectId}
        and (${after ?? null}::bigint is null or d.id < ${after ?? null})
        ${sql.join(filterConditions(filter), sql` `)}
        order by d.id desc limit ${limit + 1}`,
  );
  return pageOfRows(found, limit, showDeployment);
}

function filterConditions({ state, flow, app, search }: DeploymentFilter): RawBuilder<unknown>[] {
  return [
    state === undefined ? sql`` : sql`and ${isInState[state]}`,
    flow === undefined ? sql`` : sql`and (f.public_id = ${flow} or f.name = ${flow})`,
    app === undefined ? sql`` : sql`and a.name = ${app}`,
    search === undefined
      ? sql``
      : sql`and concat_ws(' ', d.public_id, d.comment, f.name, d.app_version, d.created_by) ilike ${patternOf(search)}`,
  ];
}

/** A deployment with its five counts. Refuses with `not_found`. */
export async function readDeploymentView(db: Db, projectId: number, publicId: string): Promise<Deployment> {
  const row = await firstRow<DeploymentRow>(
    db,
    sql`${selectDeployments} where d.project_id = ${projectId} and d.public_id = ${publicId}`,
  );
  if (row === null) throw new Refusal('not_found', `There is no deployment ${publicId}`);
  return showDeployment(row);
}

const selectDeployments: RawBuilder<unknown> = sql`
  select d.id, d.public_id, ${deploymentState} as state, d.comment, d.device_filter, d.parameters, d.configuration, d.devices, d.created_by,
         d.created_at, d.start_at, d.paused_at, d.expires_at, d.finished_at, d.archived_at, d.app_version, a.name as app_name,
         d.time_limit_s, d.abort_deadline_s, d.supersedes, d.failure_limit_reached_at,
         coalesce(to_jsonb(d.max_failures), to_jsonb(d.max_failures_percent || '%')) as max_failures,
         (select o.public_id from deployment o where o.id = d.retry_of) as retry_of,
         f.public_id as flow_public_id, v.document->>'name' as flow_name, v.number as flow_version,
         c.pending, c.in_progress, c.success, c.failed, c.aborted
  from deployment d
  join deployment_count c on c.deployment_id = d.id
  join flow_version v on v.id = d.flow_version_id
  join flow f on f.id = v.flow_id
  left join app a on a.id = d.app_id`;

type DeploymentRow = StatusCounts & {
  id: number;
  public_id: string;
  state: DeploymentState;
  comment: string;
  device_filter: Record<string, unknown>;
  parameters: Record<string, string>;
  configuration: Record<string, unknown> | null;
  devices: number;
  created_by: string;
  created_at: Date;
  start_at: Date | null;
  paused_at: Date | null;
  expires_at: Date | null;
  finished_at: Date | null;
  archived_at: Date | null;
  time_limit_s: number;
  abort_deadline_s: number;
  supersedes: Supersede;
  max_failures: FailureLimit | null;
  failure_limit_reached_at: Date | null;
  retry_of: string | null;
  app_name: string | null;
  app_version: string | null;
  flow_public_id: string;
  flow_name: string;
  flow_version: number;
};

function showDeployment(row: DeploymentRow): Deployment {
  const { pending, in_progress, success, failed, aborted } = row;
  return {
    id: row.public_id,
    uuid: row.public_id,
    state: row.state,
    flow: { id: row.flow_public_id, name: row.flow_name, version: row.flow_version },
    app: row.app_name === null ? null : { name: row.app_name, version: row.app_version ?? '' },
    comment: row.comment,
    device_filter: row.device_filter,
    parameters: row.parameters,
    configuration: row.configuration,
    devices: row.devices,
    counts: { pending, in_progress, success, failed, aborted },
    retry_of: row.retry_of,
    created_by: row.created_by,
    created_at: row.created_at.toISOString(),
    start_at: row.start_at?.toISOString() ?? null,
    paused_at: row.paused_at?.toISOString() ?? null,
    expires_at: row.expires_at?.toISOString() ?? null,
    timeout_s: row.time_limit_s,
    abort_deadline_s: row.abort_deadline_s,
    supersede: row.supersedes,
    max_failures: row.max_failures,
    failure_limit_reached_at: row.failure_limit_reached_at?.toISOString() ?? null,
    finished_at: row.finished_at?.toISOString() ?? null,
    archived_at: row.archived_at?.toISOString() ?? null,
  };
}
