import type { Deployment, Progress, StatusCounts } from '@tideway/protocol';
import { sql } from 'kysely';
import { type Db, rows } from '../../platform/database/database.ts';
import { readDeploymentView } from './deployment.views.ts';

/** The course of a deployment over time; of an archived one its end alone. Refuses with `not_found`. */
export async function viewProgress(db: Db, projectId: number, publicId: string): Promise<Progress> {
  const found = await listPoints(db, projectId, publicId);
  const [first, last] = [found.at(0), found.at(-1)];
  if (first === undefined || last === undefined) return endOf(await readDeploymentView(db, projectId, publicId));
  const points = found.map(({ at, ...counts }) => ({ at: at.toISOString(), ...counts }));
  return { from: first.at.toISOString(), to: last.at.toISOString(), points };
}

type PointRow = StatusCounts & { at: Date };

/**
 * The updates of a deployment are gone through once, whatever their number: what happened to each is counted at the first
 * point after it, and the points are summed up. None where it is archived: its updates are removed part by part.
 */
function listPoints(db: Db, projectId: number, publicId: string): Promise<PointRow[]> {
  return rows<PointRow>(
    db,
    sql`with span as (
          select d.id, d.devices, began_at, ended_at, date_part('epoch', ended_at - began_at) as seconds
          from deployment d
          cross join lateral (select coalesce(d.finished_at, tideway_now()) as ended_at) e
          cross join lateral (
            select case when d.start_at <= ended_at then d.start_at else least(d.created_at, ended_at) end as began_at) b
          where d.project_id = ${projectId} and d.public_id = ${publicId} and d.archived_at is null
        ), course as (
          select id, devices, ended_at, array(select began_at + make_interval(secs => seconds * n / intervals)
                                              from generate_series(0, intervals - 1) n) as earlier
          from span cross join lateral (select least(199, floor(seconds * 1000))::integer as intervals) i
        ), happened as materialized (
          select width_bucket(u.taken_up_at, c.earlier) as taken_up, width_bucket(u.finished_at, c.earlier) as finished,
                 u.status
          from course c join device_update u on u.deployment_id = c.id
        ), change as (
          select taken_up as place, -count(*) as pending, count(*) as in_progress, 0 as success, 0 as failed, 0 as aborted
          from happened where taken_up is not null group by 1
          union all
          select finished, -count(*) filter (where taken_up is null), -count(*) filter (where taken_up is not null),
                 count(*) filter (where status = 'success'), count(*) filter (where status = 'failed'),
                 count(*) filter (where status = 'aborted')
          from happened where finished is not null group by 1
        )
        select p.at,
               (c.devices + sum(coalesce(sum(g.pending), 0)) over so_far)::integer as pending,
               (sum(coalesce(sum(g.in_progress), 0)) over so_far)::integer as in_progress,
               (sum(coalesce(sum(g.success), 0)) over so_far)::integer as success,
               (sum(coalesce(sum(g.failed), 0)) over so_far)::integer as failed,
               (sum(coalesce(sum(g.aborted), 0)) over so_far)::integer as aborted
        from course c cross join unnest(c.earlier || c.ended_at) with ordinality p (at, number)
        left join change g on g.place = p.number - 1
        group by p.number, p.at, c.devices
        window so_far as (order by p.number)
        order by p.number`,
  );
}

function endOf({ created_at, start_at, finished_at, counts }: Deployment): Progress {
  const to = finished_at ?? created_at;
  const from = start_at !== null && start_at <= to ? start_at : created_at;
  return { from, to, points: [{ at: to, ...counts }] };
}
