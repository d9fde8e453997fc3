import type { FlowDocument, Update, UpdateDetails, UpdateOfDevice, UpdateStatus } from '@tideway/protocol';
import { type RawBuilder, sql } from 'kysely';
import { type Db, firstRow, rows } from '../../platform/database/database.ts';
import { patternOf } from '../../platform/database/pattern.rules.ts';
import { type IdPage, pageOfRows } from '../../platform/http/id-page.ts';
import { Refusal } from '../../platform/refusal.ts';
import { shownDeviceIsOnline, shownDeviceLastContactAt } from '../devices/online.rules.ts';
import { archivedMessage } from './archived.rules.ts';

/** Narrows a list of updates. */
type UpdateFilter = {
  status?: UpdateStatus | undefined;
  /** The stable word for why it failed or was aborted. */
  reason?: string | undefined;
  /** The step that failed, by its name. */
  failed_step?: string | undefined;
  /** What was said of it, in full. */
  message?: string | undefined;
  /** A part of the device's id or name. */
  search?: string | undefined;
};

/** One page of a deployment's updates in the order of its devices. Refuses an archived deployment with `wrong_state`. */
export async function listUpdates(db: Db, projectId: number, deploymentId: string, page: IdPage & UpdateFilter) {
  const found = await rows<UpdateRow>(
    db,
    sql`${selectUpdates(sql`(${updatesOfPage(projectId, deploymentId, page)}) u join device d on d.id = u.device_id`)}
        order by u.device_id`,
  );
  await refuseArchived(db, projectId, deploymentId);
  return pageOfRows(
    found.map((row) => ({ ...row, id: row.device_id })),
    page.limit,
    showUpdate,
  );
}

/** The page is cut out before anything is joined: the way through all devices would be shorter only for a whole fleet. */
function updatesOfPage(
  projectId: number,
  deploymentId: string,
  { after, limit, status, reason, failed_step, message, search }: IdPage & UpdateFilter,
): RawBuilder<unknown> {
  const conditions = [
    sql`u.deployment_id = (select id from deployment where project_id = ${projectId} and public_id = ${deploymentId})`,
    sql`u.device_id > ${after ?? 0}::bigint`,
    ...ofStatus(status),
    ...(reason === undefined ? [] : [sql`u.reason = ${reason}`]),
    ...(failed_step === undefined
      ? []
      : [sql`u.failed_step = any(array(${stepsOfName(projectId, deploymentId, failed_step)}))`]),
    ...(message === undefined ? [] : [sql`u.message = ${message}`]),
    ...(search === undefined
      ? []
      : [
          sql`exists (select from device d where d.id = u.device_id
                                                 and d.public_id || ' ' || d.name ilike ${patternOf(search)})`,
        ]),
  ];
  return sql`select u.* from device_update u where ${sql.join(conditions, sql` and `)}
             order by u.device_id limit ${limit + 1}`;
}

/** The places of a deployment's steps of this name, from 0. */
function stepsOfName(projectId: number, deploymentId: string, name: string): RawBuilder<unknown> {
  return sql`select (s.place - 1)::integer from deployment p
             join flow_version v on v.id = p.flow_version_id
             cross join jsonb_array_elements(v.document -> 'steps') with ordinality s (step, place)
             where p.project_id = ${projectId} and p.public_id = ${deploymentId} and s.step ->> 'name' = ${name}`;
}

function ofStatus(status: UpdateStatus | undefined): RawBuilder<unknown>[] {
  return status === undefined ? [] : [sql`u.status = ${status}`];
}

/** A device's updates, newest first, each with its deployment; those of archived ones are gone. */
export async function listUpdatesOfDevice(
  db: Db,
  projectId: number,
  deviceId: string,
  page: IdPage & Pick<UpdateFilter, 'status'>,
) {
  const conditions = [
    sql`d.project_id = ${projectId} and d.public_id = ${deviceId} and d.deleted_at is null and p.archived_at is null`,
    sql`(${page.after ?? null}::bigint is null or u.deployment_id < ${page.after ?? null})`,
    ...ofStatus(page.status),
  ];
  const found = await rows<UpdateRow>(
    db,
    sql`${selectUpdates(sql`device d cross join lateral updates_of_device(d.id) u`)}
        where ${sql.join(conditions, sql` and `)}
        order by u.deployment_id desc limit ${page.limit + 1}`,
  );
  return pageOfRows(
    found.map((row) => ({ ...row, id: row.deployment_id })),
    page.limit,
    showUpdateOfDevice,
  );
}

/** One device's update with its steps. Refuses with `not_found`, and with `wrong_state` where it is archived. */
export async function readUpdate(db: Db, projectId: number, deploymentId: string, deviceId: string) {
  const row = await findUpdate(db, projectId, deploymentId, deviceId);
  const steps = await rows<StepRow>(
    db,
    sql`select step, status, tries, exit_code, message, started_at, finished_at from update_step
        where deployment_id = ${row.deployment_id} and device_id = ${row.device_id} and attempt = ${row.attempt} order by step`,
  );
  return showDetails(row, steps);
}

/** Where the output of a device's update is kept. Refuses as `readUpdate` does. */
export async function locateOutput(db: Db, projectId: number, deploymentId: string, deviceId: string) {
  const row = await findUpdate(db, projectId, deploymentId, deviceId);
  const isGrowing = row.status === 'in_progress';
  return { place: { deviceId: row.device_id, deploymentId }, attempt: row.attempt, isGrowing };
}

/** The internal id of a deployment; null where the project has none of this id. */
export async function findDeploymentId(db: Db, projectId: number, publicId: string): Promise<number | null> {
  const found = await firstRow<{ id: number }>(
    db,
    sql`select id from deployment where project_id = ${projectId} and public_id = ${publicId}`,
  );
  return found?.id ?? null;
}

async function findUpdate(db: Db, projectId: number, deploymentId: string, deviceId: string): Promise<UpdateRow> {
  const row = await firstRow<UpdateRow>(
    db,
    // A deleted device may have left its id to another one: the newest of them is meant.
    sql`${selectUpdates(sql`(${devicesOfId(projectId, deviceId)}) d join device_update u on u.device_id = d.id`)}
        where p.project_id = ${projectId} and p.public_id = ${deploymentId} order by d.id desc limit 1`,
  );
  await refuseArchived(db, projectId, deploymentId);
  if (row === null) throw new Refusal('not_found', `Device ${deviceId} has no part in deployment ${deploymentId}`);
  return row;
}

/** Refuses an archived deployment. Asked after its rows are read: what is archived meanwhile would be read in part. */
export async function refuseArchived(db: Db, projectId: number, publicId: string): Promise<void> {
  const found = await firstRow<{ archived_at: Date | null }>(
    db,
    sql`select archived_at from deployment where project_id = ${projectId} and public_id = ${publicId}`,
  );
  if (found?.archived_at) throw new Refusal('wrong_state', archivedMessage(publicId, found.archived_at));
}

/** In two parts, each of which has an index. */
function devicesOfId(projectId: number, deviceId: string): RawBuilder<unknown> {
  const devices = sql`select * from device where project_id = ${projectId} and public_id = ${deviceId}`;
  return sql`${devices} and deleted_at is null union all ${devices} and deleted_at is not null`;
}

/**
 * Updates, each with the step that its device spoke of last. Why a pending one waits is asked of what stands in the tables
 * now, never kept.
 * @param updates what gives the updates `u` with their devices `d`
 */
export const selectUpdates = (updates: RawBuilder<unknown>) => sql`
  select u.*, d.public_id as device_public_id, d.name as device_name, p.public_id as deployment_public_id,
         f.public_id as flow_public_id, v.number as flow_version, v.document as flow, s.step as last_step,
         s.status as step_status, s.tries as step_tries,
         s.exit_code as step_exit_code, s.message as step_message,
         case when u.status <> 'pending' then null
              when p.start_at > tideway_now() then 'scheduled'
              when p.paused_at is not null then 'paused'
              when p.failure_limit_reached_at is not null then 'failure_limit'
              when p.expires_at <= tideway_now() then 'expired'
              when not ${shownDeviceIsOnline} then 'offline'
              when d.held_at is not null then 'held'
              when d.needs_approval then 'needs_approval'
              when d.update_trigger_on or d.blocked_since is not null then 'blocked'
              when exists (select from device_update w join deployment o on o.id = w.deployment_id
                           where w.device_id = d.id and w.status in ('pending', 'in_progress')
                             and (w.status = 'in_progress' or (w.deployment_id < u.deployment_id and may_start(o))))
                then 'busy'
              else 'ready' end as waiting_for,
         case when u.status = 'in_progress' and not ${shownDeviceIsOnline} then ${shownDeviceLastContactAt} end
           as offline_since
  from ${updates}
  join deployment p on p.id = u.deployment_id
  join flow_version v on v.id = p.flow_version_id
  join flow f on f.id = v.flow_id
  left join lateral (select * from update_step
                     where deployment_id = u.deployment_id and device_id = u.device_id and attempt = u.attempt
                     order by step desc limit 1) s on true`;

/** A row of `selectUpdates`. */
export type UpdateRow = {
  deployment_id: number;
  device_id: number;
  device_public_id: string;
  device_name: string;
  deployment_public_id: string;
  flow_public_id: string;
  flow_version: number;
  flow: FlowDocument;
  status: UpdateStatus;
  waiting_for: Update['waiting_for'];
  offline_since: Date | null;
  reason: string | null;
  message: string | null;
  attempt: number;
  failed_step: number | null;
  exit_code: number | null;
  undone: UpdateDetails['undone'];
  late_result: Record<string, unknown> | null;
  taken_up_at: Date | null;
  abort_requested_at: Date | null;
  abort_ends_at: Date | null;
  stopping_until: Date | null;
  finished_at: Date | null;
} & LastStep;

type LastStep =
  | { last_step: null }
  | {
      last_step: number;
      step_status: StepRow['status'];
      step_tries: number;
      step_exit_code: number | null;
      step_message: string | null;
    };

type StepRow = {
  step: number;
  status: 'started' | 'success' | 'failed';
  tries: number;
  exit_code: number | null;
  message: string | null;
  started_at: Date | null;
  finished_at: Date | null;
};

/** An update as the API shows it. */
export function showUpdate(row: UpdateRow): Update {
  return {
    device: { id: row.device_public_id, name: row.device_name },
    status: row.status,
    waiting_for: row.waiting_for,
    offline_since: row.offline_since?.toISOString() ?? null,
    reason: row.reason,
    message: row.message,
    taken_up_at: row.taken_up_at?.toISOString() ?? null,
    abort_requested_at: row.abort_requested_at?.toISOString() ?? null,
    abort_ends_at: latest(row.abort_ends_at, row.stopping_until)?.toISOString() ?? null,
    finished_at: row.finished_at?.toISOString() ?? null,
    step: showLastStep(row, row.flow),
  };
}

function showUpdateOfDevice(row: UpdateRow): UpdateOfDevice {
  const { deployment_public_id, flow_public_id, flow, flow_version } = row;
  return {
    deployment_id: deployment_public_id,
    flow: { id: flow_public_id, name: flow.name, version: flow_version },
    ...showUpdate(row),
  };
}

function showLastStep(row: LastStep, flow: FlowDocument): Update['step'] {
  if (row.last_step === null) return null;
  return {
    name: flow.steps[row.last_step]?.name ?? '',
    status: row.step_status,
    tries: row.step_tries,
    exit_code: row.step_exit_code,
    message: row.step_message,
  };
}

function latest(one: Date | null, other: Date | null): Date | null {
  return one !== null && other !== null && other > one ? other : one;
}

function showDetails(row: UpdateRow, steps: StepRow[]): UpdateDetails {
  return {
    ...showUpdate(row),
    attempt: row.attempt,
    failed_step: row.failed_step === null ? null : (row.flow.steps[row.failed_step]?.name ?? null),
    exit_code: row.exit_code,
    undone: row.undone,
    late_result: row.late_result,
    steps: row.flow.steps.map(({ name }, index) =>
      showStep(
        name,
        steps.find((step) => step.step === index),
        row.finished_at === null ? 'waiting' : 'not_run',
      ),
    ),
  };
}

type ShownStep = UpdateDetails['steps'][number];

function showStep(name: string, step: StepRow | undefined, unbegun: ShownStep['status']): ShownStep {
  return {
    name,
    status: step?.status ?? unbegun,
    tries: step?.tries ?? 0,
    exit_code: step?.exit_code ?? null,
    message: step?.message ?? null,
    started_at: step?.started_at?.toISOString() ?? null,
    finished_at: step?.finished_at?.toISOString() ?? null,
  };
}
