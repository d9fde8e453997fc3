import type { Failures } from '@tideway/protocol';
import { sql } from 'kysely';
import { type Db, rows } from '../../platform/database/database.ts';
import { refuseArchived } from './update.views.ts';

/**
 * Where a deployment's failures come from: by step, reason and message, those of most devices first. Refuses an archived
 * deployment with `wrong_state`.
 */
export async function listFailures(db: Db, projectId: number, deploymentId: string): Promise<Failures> {
  const items = await rows<Failures['items'][number]>(
    db,
    // Messages are compared by their hashes: half a million different texts would go over the disk.
    sql`with alike as (
          select u.failed_step, u.reason, hashtextextended(u.message, 0) as said, count(*) as devices,
                 min(u.device_id) as first, array_agg(u.device_id) as device_ids
          from device_update u
          where u.deployment_id = (select id from deployment
                                   where project_id = ${projectId} and public_id = ${deploymentId})
            and u.status = 'failed'
          group by 1, 2, 3 order by devices desc, first limit 100
        )
        select v.document -> 'steps' -> a.failed_step ->> 'name' as step, a.reason, u.message, a.devices,
               (select jsonb_agg(jsonb_build_object('id', d.public_id, 'name', d.name) order by d.id)
                from (select unnest(a.device_ids) as id order by 1 limit 5) s join device d on d.id = s.id) as sample
        from deployment p
        join flow_version v on v.id = p.flow_version_id
        cross join alike a
        join device_update u on u.deployment_id = p.id and u.device_id = a.first
        where p.project_id = ${projectId} and p.public_id = ${deploymentId}
        order by a.devices desc, a.first`,
  );
  await refuseArchived(db, projectId, deploymentId);
  return { items };
}
