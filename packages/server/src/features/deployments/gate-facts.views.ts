import type { UpdateStatus } from '@tideway/protocol';
import { sql } from 'kysely';
import { type Db, firstRow, oneRow } from '../../platform/database/database.ts';
import { isConnected, lastContactAt, shownDeviceIsOnline } from '../devices/online.rules.ts';
import type { DeviceFacts, PendingFacts } from './gates.rules.ts';

/** A device that somebody asks about. */
export type AskedDevice = DeviceFacts & { id: number; public_id: string; name: string };

/** A device with what gates ask of it, or null where the project has none of this id. */
export async function findAskedDevice(db: Db, projectId: number, publicId: string): Promise<AskedDevice | null> {
  return firstRow<AskedDevice>(
    db,
    sql`select d.id, d.public_id, d.name, tideway_now() as now, d.needs_approval,
               coalesce(d.joined_at, d.created_at) as known_since, d.held_at, d.update_trigger_on,
               d.update_trigger_since, d.blocked_since, d.blocked_reason,
               ${lastContactAt} as last_contact_at, p.online_until, ${shownDeviceIsOnline} as is_online,
               ${isConnected} as is_connected
        from device d left join device_presence p on p.device_id = d.id
        where d.project_id = ${projectId} and d.public_id = ${publicId} and d.deleted_at is null`,
  );
}

/** The update that a device is at, or else the one that it comes to first; null where none is open. */
export async function findFirstOpen(
  db: Db,
  deviceId: number,
): Promise<{ deployment_id: string; status: UpdateStatus } | null> {
  return firstRow(
    db,
    sql`select p.public_id as deployment_id, u.status
        from device_update u join deployment p on p.id = u.deployment_id
        where u.device_id = ${deviceId} and u.status in ('pending', 'in_progress')
        order by u.status = 'in_progress' desc, may_start(p) desc, u.deployment_id limit 1`,
  );
}

/** What gates ask of a pending update. */
export async function readPendingFacts(db: Db, deviceId: number, deploymentId: string): Promise<PendingFacts> {
  const facts = await oneRow<Omit<PendingFacts, 'earlier'> & { id: number }>(
    db,
    sql`select p.id, p.start_at, p.paused_at, p.paused_by, p.expires_at, p.failure_limit_reached_at, v.document as flow,
               case when d.agent_version is not null
                    then json_build_object('capabilities', d.capabilities, 'os', d.os, 'arch', d.arch) end as able
        from device d
        join deployment p on p.project_id = d.project_id and p.public_id = ${deploymentId}
        join flow_version v on v.id = p.flow_version_id
        where d.id = ${deviceId}`,
  );
  return { ...facts, earlier: await findEarlier(db, deviceId, facts.id) };
}

/** What the device is at, or else the oldest that may start before this one. */
async function findEarlier(db: Db, deviceId: number, deploymentId: number): Promise<PendingFacts['earlier']> {
  return firstRow(
    db,
    sql`select p.public_id as deployment_id, u.status = 'in_progress' as is_at_work,
               coalesce(u.taken_up_at, p.created_at) as since
        from device_update u join deployment p on p.id = u.deployment_id
        where u.device_id = ${deviceId} and u.status in ('pending', 'in_progress') and u.deployment_id <> ${deploymentId}
          and (u.status = 'in_progress' or (u.deployment_id < ${deploymentId} and may_start(p)))
        order by u.status = 'in_progress' desc, u.deployment_id limit 1`,
  );
}
