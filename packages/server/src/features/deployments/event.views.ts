import type { CountsEvent, DeploymentState, StatusCounts, UpdateEvent } from '@tideway/protocol';
import { sql } from 'kysely';
import { type Db, rows } from '../../platform/database/database.ts';
import { deploymentState } from './deployment-state.rules.ts';
import { selectUpdates, showUpdate, type UpdateRow } from './update.views.ts';

/** How a deployment stands, and whose it is. */
export type Standing = { id: number; projectId: number; event: CountsEvent };

/** How deployments stand. */
export async function readStandings(db: Db, deploymentIds: readonly number[]): Promise<Standing[]> {
  const found = await rows<StandingRow>(
    db,
    sql`select d.id, d.project_id, d.public_id, ${deploymentState} as state, d.devices, d.paused_at, d.failure_limit_reached_at, d.finished_at,
               c.pending, c.in_progress, c.success, c.failed, c.aborted
        from deployment d join deployment_count c on c.deployment_id = d.id
        where d.id = any(${deploymentIds}::bigint[])`,
  );
  return found.map((row) => ({ id: row.id, projectId: row.project_id, event: showStanding(row) }));
}

/** Updates of a deployment as they stand. */
export async function readUpdateEvents(
  db: Db,
  deploymentId: number,
  deviceIds: readonly number[],
): Promise<UpdateEvent[]> {
  const found = await rows<UpdateRow>(
    db,
    sql`${selectUpdates(sql`unnest(${deviceIds}::bigint[]) as changed (id)
            join device d on d.id = changed.id
            join device_update u on u.deployment_id = ${deploymentId} and u.device_id = d.id`)}
        order by u.device_id`,
  );
  return found.map((row) => ({ deployment_id: row.deployment_public_id, ...showUpdate(row) }));
}

type StandingRow = StatusCounts & {
  id: number;
  project_id: number;
  public_id: string;
  state: DeploymentState;
  devices: number;
  paused_at: Date | null;
  failure_limit_reached_at: Date | null;
  finished_at: Date | null;
};

function showStanding(row: StandingRow): CountsEvent {
  const { pending, in_progress, success, failed, aborted } = row;
  return {
    deployment_id: row.public_id,
    state: row.state,
    devices: row.devices,
    counts: { pending, in_progress, success, failed, aborted },
    paused_at: row.paused_at?.toISOString() ?? null,
    failure_limit_reached_at: row.failure_limit_reached_at?.toISOString() ?? null,
    finished_at: row.finished_at?.toISOString() ?? null,
  };
}
