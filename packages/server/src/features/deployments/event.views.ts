import type { CountsEvent, FlowDocument, StatusCounts, UpdateEvent } from '@tideway/protocol';
import { sql } from 'kysely';
import { type Db, rows } from '../../platform/database/database.ts';
import { selectUpdates, showUpdate, type UpdateRow } from './update.views.ts';

/** How a deployment stands, and whose it is. */
export type Standing = { id: number; projectId: number; event: CountsEvent };

/** How deployments stand. */
export async function readStandings(db: Db, deploymentIds: readonly number[]): Promise<Standing[]> {
  const found = await rows<StandingRow>(
    db,
    sql`select d.id, d.project_id, d.public_id, d.devices, d.paused_at, d.failure_limit_reached_at, d.finished_at,
               c.pending, c.in_progress, c.success, c.failed, c.aborted
        from deployment d join deployment_count c on c.deployment_id = d.id
        where d.id = any(${deploymentIds}::bigint[])`,
  );
  return found.map((row) => ({ id: row.id, projectId: row.project_id, event: showStanding(row) }));
}

/** Updates of a deployment as they stand, each with the step that its device spoke of last. */
export async function readUpdateEvents(
  db: Db,
  deploymentId: number,
  deviceIds: readonly number[],
): Promise<UpdateEvent[]> {
  const found = await rows<UpdateRow & StepRow>(
    db,
    sql`select u.*, s.step, s.status as step_status, s.tries, s.exit_code as step_exit_code, s.message as step_message
        from (${selectUpdates(sql`unnest(${deviceIds}::bigint[]) as changed (id)
                join device d on d.id = changed.id
                join device_update u on u.deployment_id = ${deploymentId} and u.device_id = d.id`)}) u
        left join lateral (select * from update_step
                           where deployment_id = u.deployment_id and device_id = u.device_id and attempt = u.attempt
                           order by step desc limit 1) s on true
        order by u.device_id`,
  );
  return found.map((row) => ({
    deployment_id: row.deployment_public_id,
    ...showUpdate(row),
    step: showStep(row, row.flow),
  }));
}

type StandingRow = StatusCounts & {
  id: number;
  project_id: number;
  public_id: string;
  devices: number;
  paused_at: Date | null;
  failure_limit_reached_at: Date | null;
  finished_at: Date | null;
};

type StepRow = {
  step: number | null;
  step_status: 'started' | 'success' | 'failed';
  tries: number;
  step_exit_code: number | null;
  step_message: string | null;
};

function showStanding(row: StandingRow): CountsEvent {
  const { pending, in_progress, success, failed, aborted } = row;
  return {
    deployment_id: row.public_id,
    devices: row.devices,
    counts: { pending, in_progress, success, failed, aborted },
    paused_at: row.paused_at?.toISOString() ?? null,
    failure_limit_reached_at: row.failure_limit_reached_at?.toISOString() ?? null,
    finished_at: row.finished_at?.toISOString() ?? null,
  };
}

function showStep(row: StepRow, flow: FlowDocument): UpdateEvent['step'] {
  if (row.step === null) return null;
  return {
    name: flow.steps[row.step]?.name ?? '',
    status: row.step_status,
    tries: row.tries,
    exit_code: row.step_exit_code,
    message: row.step_message,
  };
}
