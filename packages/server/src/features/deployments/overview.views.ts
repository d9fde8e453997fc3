import type { Overview } from '@tideway/protocol';
import { sql } from 'kysely';
import { type Db, oneRow, rows } from '../../platform/database/database.ts';
import { deviceHindrance } from '../devices/device-search.rules.ts';
import { presenceIsOnline } from '../devices/online.rules.ts';
import { isInState } from './deployment-state.rules.ts';

/** A project at a glance, as things stand now. */
export async function viewOverview(db: Db, projectId: number): Promise<Overview> {
  const [devices, deployments, app_versions, days, failures] = await Promise.all([
    countDevices(db, projectId),
    countDeployments(db, projectId),
    listAppVersions(db, projectId),
    listDays(db, projectId),
    groupFailures(db, projectId),
  ]);
  return { devices, deployments, app_versions, days, failures };
}

function countDevices(db: Db, projectId: number): Promise<Overview['devices']> {
  return oneRow(
    db,
    sql`select count(*) as total,
               count(*) filter (where state = 'not_joined') as not_joined,
               count(*) filter (where state = 'held') as held,
               count(*) filter (where state = 'needs_approval') as needs_approval,
               count(*) filter (where state = 'online') as online,
               count(*) filter (where state = 'offline') as offline,
               count(*) filter (where update_trigger_on) as blocked
        from (select d.update_trigger_on,
                     coalesce(${deviceHindrance}, case when ${presenceIsOnline} then 'online' else 'offline' end) as state
              from device d left join device_presence o on o.device_id = d.id
              where d.project_id = ${projectId} and d.deleted_at is null) s`,
  );
}

function countDeployments(db: Db, projectId: number): Promise<Overview['deployments']> {
  return oneRow(
    db,
    sql`select count(*) filter (where ${isInState.paused}) as paused,
               count(*) filter (where ${isInState.scheduled}) as scheduled,
               count(*) filter (where ${isInState.running}) as running
        from deployment d where d.project_id = ${projectId} and d.finished_at is null`,
  );
}

function listAppVersions(db: Db, projectId: number): Promise<Overview['app_versions']> {
  return rows(
    db,
    sql`select a.name as app, v.version, count(*) as devices
        from app a join device_app v on v.app_id = a.id join device d on d.id = v.device_id and d.deleted_at is null
        where a.project_id = ${projectId} group by 1, 2 order by devices desc, 1, 2 limit 200`,
  );
}

function listDays(db: Db, projectId: number): Promise<Overview['days']> {
  return rows(
    db,
    sql`select to_char(d.created_at at time zone 'UTC', 'YYYY-MM-DD') as day,
               sum(c.success)::integer as success, sum(c.failed)::integer as failed, sum(c.aborted)::integer as aborted
        from deployment d join deployment_count c on c.deployment_id = d.id
        where d.project_id = ${projectId} and d.created_at > tideway_now() - interval '30 days'
        group by 1 order by 1`,
  );
}

/** Of each deployment only so many: where half a million devices fail alike, some thousands tell as much. */
const failuresOfEach = 5000;

async function groupFailures(db: Db, projectId: number): Promise<Overview['failures']> {
  const found = await rows<FailureRow>(
    db,
    sql`with newest as (
          select d.id, d.public_id, d.flow_version_id from deployment d join deployment_count c on c.deployment_id = d.id
          where d.project_id = ${projectId} and c.failed > 0 and d.archived_at is null order by d.id desc limit 50
        )
        select f.public_id as flow_id, f.name as flow_name, v.document -> 'steps' -> u.failed_step ->> 'name' as step,
               u.reason, u.message, count(*) as devices, (array_agg(n.public_id order by n.id desc))[1] as deployment_id
        from newest n
        join lateral (select failed_step, reason, message from device_update
                      where deployment_id = n.id and status = 'failed' limit ${failuresOfEach}) u on true
        join flow_version v on v.id = n.flow_version_id join flow f on f.id = v.flow_id
        group by 1, 2, 3, 4, 5 order by devices desc, max(n.id) desc limit 50`,
  );
  return found.map(({ flow_id: id, flow_name: name, ...failure }) => ({ flow: { id, name }, ...failure }));
}

type FailureRow = {
  flow_id: string;
  flow_name: string;
  step: string | null;
  reason: string;
  message: string | null;
  devices: number;
  deployment_id: string;
};
