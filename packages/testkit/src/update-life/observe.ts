import { type Db, rows } from '@tideway/server';
import { sql } from 'kysely';
import type { DeploymentLife, DeviceLife, Life, UpdateLife } from './life.ts';

/** The life as the tables have it. Fails where counts are not what the rows say, or a device is at two updates. */
export async function observe(db: Db, deviceIds: string[], deploymentIds: string[]): Promise<Life> {
  const devices = await rows<DeviceLife>(
    db,
    sql`select d.deleted_at is not null as "isDeleted", d.held_at is not null as "isHeld",
               d.copy_noticed_at is not null as "wasCopied", d.update_trigger_on as "isTriggerOn",
               (select version from device_app where device_id = d.id) as version
        from unnest(${deviceIds}::text[]) with ordinality as asked (public_id, place)
        join device d on d.public_id = asked.public_id order by asked.place`,
  );
  const deployments = await rows<DeploymentLife & { updates: Record<string, UpdateLife>; faults: string | null }>(
    db,
    sql`select p.app_version as version, p.paused_at is not null as "isPaused", p.expires_at is not null as expires,
               p.max_failures as "maxFailures", p.failure_limit_reached_at is not null as "isLimitReached",
               p.finished_at is not null as "isFinished", r.updates,
               case when r.counts <> to_jsonb(c) - 'deployment_id' or r.total <> p.devices
                    then concat('counted ', r.counts, ' of ', p.devices, ', kept ', to_jsonb(c)) end as faults
        from unnest(${deploymentIds}::text[]) with ordinality as asked (public_id, place)
        join deployment p on p.public_id = asked.public_id
        join deployment_count c on c.deployment_id = p.id
        cross join lateral (
          select jsonb_object_agg(array_position(${deviceIds}::text[], d.public_id) - 1, jsonb_build_object(
                   'status', u.status, 'reason', u.reason, 'attempt', u.attempt, 'lastSeq', u.last_seq,
                   'lateStatus', u.late_result -> 'status', 'wasTakenUp', u.taken_up_at is not null,
                   'isAbortRequested', u.abort_requested_at is not null)) as updates,
                 count(*) as total,
                 jsonb_build_object('pending', count(*) filter (where u.status = 'pending'),
                                    'in_progress', count(*) filter (where u.status = 'in_progress'),
                                    'success', count(*) filter (where u.status = 'success'),
                                    'failed', count(*) filter (where u.status = 'failed'),
                                    'aborted', count(*) filter (where u.status = 'aborted')) as counts
          from device_update u join device d on d.id = u.device_id where u.deployment_id = p.id) r
        order by asked.place`,
  );
  const faults = deployments.flatMap((deployment) => deployment.faults ?? []);
  if (faults.length > 0) throw new Error(`Counts are not true: ${faults.join('; ')}`);
  return { devices, deployments: deployments.map(({ faults: _, ...deployment }) => deployment) };
}
