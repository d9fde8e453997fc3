import type { UpdateStatus } from '@tideway/protocol';
import { type RawBuilder, sql } from 'kysely';
import { deviceIsOnline } from '../devices/online.rules.ts';

/** What a filter asks of a device, with names resolved to internal ids. A tree, of which the vendor's form is a shape. */
export type DeviceCondition =
  | { kind: 'all' | 'any'; of: DeviceCondition[] }
  | { kind: 'not'; of: DeviceCondition }
  | { kind: 'device'; deviceId: number }
  | { kind: 'group'; groupId: number }
  | { kind: 'tag'; tagId: number }
  /** The app is set on the device, with this version where one is given. */
  | { kind: 'app'; appId: number; version: string | null }
  | { kind: 'online' }
  /** Part of a deployment, with this status there where one is given. */
  | { kind: 'deployment'; deploymentId: number; status: UpdateStatus | null }
  /** Part of a deployment that ended there with one of these statuses, and nothing newer took its place. */
  | { kind: 'to_retry'; deploymentId: number; statuses: readonly UpdateStatus[] }
  /** The status of the device's last update. */
  | { kind: 'last_update'; status: UpdateStatus };

/** No archived deployment is newer than this one. */
const newestArchived = sql`(select coalesce(max(id), 0) from deployment where archived_at is not null)`;

/** The status of an update of the device `d` that was removed with its archived deployment. */
const archivedStatus = sql`select status from device_archived_update where device_id = d.id`;

/**
 * The status of the last update of the device `d`, or null. Two looks at one row each: open and finished stand in an
 * index each. Among the archived it is looked for only where one may be newer.
 */
export const lastStatus = sql`coalesce((
  select case when u.deployment_id > ${newestArchived} then u.status
              else coalesce((${archivedStatus} and deployment_id > u.deployment_id), u.status) end
  from (
    (select deployment_id, status from device_update
     where device_id = d.id and status in ('pending', 'in_progress') order by deployment_id desc limit 1)
    union all
    (select deployment_id, status from device_update
     where device_id = d.id and finished_at is not null order by deployment_id desc limit 1)) u
  order by u.deployment_id desc limit 1), (${archivedStatus}))`;

/** Whether the device of a row `d` is one of the project that meets the condition: lists show it. */
export function isListed(projectId: number, condition: DeviceCondition): RawBuilder<boolean> {
  return sql`d.project_id = ${projectId} and d.deleted_at is null and ${conditionSql(condition)}`;
}

/** Whether orders select the device of a row `d` that lists show. */
export const isOpenToOrders = sql<boolean>`not d.needs_approval`;

/** Whether an order of the project selects the device of a row `d` that meets the condition. */
export function isSelectable(projectId: number, condition: DeviceCondition): RawBuilder<boolean> {
  return sql`${isOpenToOrders} and ${isListed(projectId, condition)}`;
}

/**
 * A condition over a row `d` of the table `device`. It is true or false for every device, never null, so that its
 * complement is exact.
 */
export function conditionSql(condition: DeviceCondition): RawBuilder<boolean> {
  switch (condition.kind) {
    case 'all':
      return joined(condition.of, sql` and `, sql`true`);
    case 'any':
      return joined(condition.of, sql` or `, sql`false`);
    case 'not':
      return sql`not (${conditionSql(condition.of)})`;
    case 'device':
      return sql`d.id = ${condition.deviceId}`;
    case 'group':
      return sql`d.group_id = ${condition.groupId}`;
    case 'tag':
      return sql`exists (select from device_tag t where t.device_id = d.id and t.tag_id = ${condition.tagId})`;
    case 'app':
      return sql`exists (select from device_app a where a.device_id = d.id and a.app_id = ${condition.appId}
                         ${condition.version === null ? sql`` : sql`and a.version = ${condition.version}`})`;
    case 'online':
      return deviceIsOnline;
    case 'deployment':
      return sql`exists (select from device_update u
                         where u.device_id = d.id and u.deployment_id = ${condition.deploymentId}
                         ${condition.status === null ? sql`` : sql`and u.status = ${condition.status}`})`;
    case 'to_retry':
      return sql`exists (select from device_update u
                         where u.device_id = d.id and u.deployment_id = ${condition.deploymentId}
                         and u.status = any(${condition.statuses}::text[])
                         and coalesce(u.reason not in ('overtaken', 'superseded'), true))
                 and not exists (select from device_update n join deployment newer on newer.id = n.deployment_id
                                 join deployment this on this.id = ${condition.deploymentId}
                                                         and this.app_id = newer.app_id and this.id < newer.id
                                 where n.device_id = d.id and n.status = 'success')`;
    case 'last_update':
      return sql`coalesce(${lastStatus} = ${condition.status}, false)`;
  }
}

function joined(
  conditions: DeviceCondition[],
  word: RawBuilder<unknown>,
  none: RawBuilder<boolean>,
): RawBuilder<boolean> {
  if (conditions.length === 0) return none;
  return sql`(${sql.join(conditions.map(conditionSql), word)})`;
}
