import type { UpdateStatus } from '@tideway/protocol';
import { sql } from 'kysely';
import { type Db, oneRow, rows } from '../../platform/database/database.ts';
import { conditionSql, type DeviceCondition, lastStatus } from './device-filter.rules.ts';

/** Whether a device meets each of these conditions, in their order. */
export async function meetsEach(db: Db, deviceId: number, conditions: DeviceCondition[]): Promise<boolean[]> {
  const { met } = await oneRow<{ met: boolean[] }>(
    db,
    sql`select array[${sql.join([sql`true`, ...conditions.map(conditionSql)])}]::boolean[] as met
        from device d where d.id = ${deviceId}`,
  );
  return met.slice(1);
}

/** What a device's updates are: the last one, and those in these deployments. */
export async function readPartsOfDevice(
  db: Db,
  deviceId: number,
  deploymentIds: string[],
): Promise<{ lastStatus: UpdateStatus | null; partIn: Map<string, UpdateStatus> }> {
  const last = await oneRow<{ status: UpdateStatus | null }>(
    db,
    sql`select ${lastStatus} as status from device d where d.id = ${deviceId}`,
  );
  const parts = await rows<{ id: string; status: UpdateStatus }>(
    db,
    sql`select p.public_id as id, u.status
        from device d
        join deployment p on p.project_id = d.project_id and p.public_id = any(${deploymentIds}::text[])
        join device_update u on u.deployment_id = p.id and u.device_id = d.id
        where d.id = ${deviceId}`,
  );
  return { lastStatus: last.status, partIn: new Map(parts.map(({ id, status }) => [id, status])) };
}
