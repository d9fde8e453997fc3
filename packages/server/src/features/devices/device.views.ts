import type { Device, DeviceSearch } from '@tideway/protocol';
import { type RawBuilder, sql } from 'kysely';
import { type Db, firstRow, oneRow, rows } from '../../platform/database/database.ts';
import { type IdPage, pageOfRows } from '../../platform/http/id-page.ts';
import { type AppVersion, findDrift } from './device-drift.rules.ts';
import { searchConditions } from './device-search.rules.ts';
import { deviceIsOnline, lastContactAt, shownDeviceIsOnline } from './online.rules.ts';

export type DeviceListQuery = IdPage &
  DeviceSearch & {
    group_name?: string | undefined;
    /** Devices with any of them. */
    tags?: string[] | undefined;
    state?: 'online' | 'offline' | undefined;
    app?: string | undefined;
  };

/** One page of a project's devices, oldest first. */
export async function listDevices(
  db: Db,
  projectId: number,
  query: DeviceListQuery,
): Promise<{ items: Device[]; next: string | null }> {
  return pageOfDevices(db, conditionOf(projectId, query), query.limit);
}

/** One page of a project's devices that meet a condition over rows `d`, oldest first. */
export async function listDevicesThat(
  db: Db,
  projectId: number,
  condition: RawBuilder<boolean>,
  { after, limit }: IdPage,
): Promise<{ items: Device[]; next: string | null }> {
  return pageOfDevices(db, sql`d.project_id = ${projectId} and d.id > ${after ?? 0} and ${condition}`, limit);
}

async function pageOfDevices(db: Db, condition: RawBuilder<unknown>, limit: number) {
  const found = await rows<DeviceRow>(
    db,
    // The page is cut out before anything is joined: a join might be begun at the first of all devices.
    sql`${selectDevices(sql`(select * from device d
                             where d.deleted_at is null and ${condition}
                             order by d.project_id, d.id limit ${limit + 1})`)}
        order by d.id`,
  );
  return pageOfRows(found, limit, showDevice);
}

/** A device of the project, or null where there is none of this id. */
export async function findDevice(db: Db, projectId: number, publicId: string): Promise<Device | null> {
  const row = await firstRow<DeviceRow>(
    db,
    sql`${selectDevices(sql`device`)} where d.project_id = ${projectId} and d.public_id = ${publicId} and d.deleted_at is null`,
  );
  return row && showDevice(row);
}

/** A device that is there: it was just written or locked. */
export async function readDevice(db: Db, id: number): Promise<Device> {
  return showDevice(await oneRow<DeviceRow>(db, sql`${selectDevices(sql`device`)} where d.id = ${id}`));
}

/** Devices that are there, oldest first. */
export async function readDevices(db: Db, ids: readonly number[]): Promise<Device[]> {
  const found = await rows<DeviceRow>(
    db,
    sql`${selectDevices(sql`device`)} where d.id = any(${ids}::bigint[]) order by d.id`,
  );
  return found.map(showDevice);
}

/** @param devices what gives the devices */
const selectDevices = (devices: RawBuilder<unknown>) => sql`
  select d.id, d.public_id, d.name, d.description, g.name as group_name,
         array(select t.name from device_tag c join tag t on t.id = c.tag_id
               where c.device_id = d.id order by t.name) as tags,
         array(select json_build_object('name', a.name, 'version', c.version)
               from device_app c join app a on a.id = c.app_id where c.device_id = d.id order by a.name) as apps,
         d.reported_apps, ${shownDeviceIsOnline} as is_online,
         ${lastContactAt} as last_contact_at, d.update_trigger_on,
         d.blocked_since, d.blocked_reason, d.needs_approval,
         d.held_at, d.agent_version, d.os, d.arch, d.attributes, m.noted_at as metrics_noted_at, m.metrics, d.configuration,
         d.created_at, d.joined_at
  from ${devices} d join device_group g on g.id = d.group_id left join device_presence p on p.device_id = d.id
       left join device_metrics m on m.device_id = d.id`;

function conditionOf(projectId: number, { after, limit: _, ...filter }: DeviceListQuery): RawBuilder<unknown> {
  const conditions = filterConditions(filter);
  if (conditions.length > 0) {
    return sql.join([sql`d.project_id = ${projectId} and d.id > ${after ?? 0}`, ...conditions], sql` and `);
  }
  // With `=` the planner takes the order of ids for that of the project's ids, and walks over the devices of all others.
  return sql`(d.project_id, d.id) > (${projectId}, ${after ?? 0}) and d.project_id <= ${projectId}`;
}

function filterConditions({ group_name, tags, state, app, ...search }: Omit<DeviceListQuery, keyof IdPage>) {
  const conditions: RawBuilder<unknown>[] = [];
  if (group_name !== undefined) {
    conditions.push(sql`d.group_id in (select g.id from device_group g
                                       where g.project_id = d.project_id and g.name = ${group_name})`);
  }
  if (state !== undefined) conditions.push(sql`${deviceIsOnline} = ${state === 'online'}`);
  if (tags !== undefined) {
    conditions.push(sql`exists (select from device_tag c join tag t on t.id = c.tag_id
                                where c.device_id = d.id and t.name = any(${tags}::text[]))`);
  }
  if (app !== undefined) {
    conditions.push(sql`exists (select from device_app c join app a on a.id = c.app_id
                                where c.device_id = d.id and a.name = ${app})`);
  }
  return [...conditions, ...searchConditions(search)];
}

type DeviceRow = {
  id: number;
  public_id: string;
  name: string;
  description: string;
  group_name: string;
  tags: string[];
  apps: AppVersion[];
  reported_apps: AppVersion[];
  is_online: boolean;
  last_contact_at: Date | null;
  update_trigger_on: boolean;
  blocked_since: Date | null;
  blocked_reason: string | null;
  needs_approval: boolean;
  held_at: Date | null;
  agent_version: string | null;
  os: string | null;
  arch: string | null;
  attributes: Record<string, unknown>;
  metrics_noted_at: Date | null;
  metrics: Record<string, number> | null;
  configuration: unknown;
  created_at: Date;
  joined_at: Date | null;
};

function showDevice(row: DeviceRow): Device {
  return {
    id: row.public_id,
    device_uuid: row.public_id,
    name: row.name,
    description: row.description,
    group: row.group_name,
    tags: row.tags,
    apps: row.apps,
    drift: findDrift(row.apps, row.reported_apps),
    state: row.is_online ? 'online' : 'offline',
    last_contact_at: row.last_contact_at?.toISOString() ?? null,
    update_trigger: row.update_trigger_on ? 'on' : 'off',
    blocked: row.blocked_since && { since: row.blocked_since.toISOString(), reason: row.blocked_reason },
    needs_approval: row.needs_approval,
    held: row.held_at !== null,
    agent: { version: row.agent_version, os: row.os, arch: row.arch },
    attributes: row.attributes,
    metrics: row.metrics && row.metrics_noted_at && { at: row.metrics_noted_at.toISOString(), values: row.metrics },
    configuration: row.configuration,
    created_at: row.created_at.toISOString(),
    joined_at: row.joined_at?.toISOString() ?? null,
  };
}
