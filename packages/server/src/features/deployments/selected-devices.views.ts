import type { SelectedDevices, SelectionPreview } from '@tideway/protocol';
import { type RawBuilder, sql } from 'kysely';
import { type Db, rows } from '../../platform/database/database.ts';
import { presenceIsOnline } from '../devices/online.rules.ts';
import { isOpenToOrders } from './device-filter.rules.ts';

/** A device as lists name it. */
type NamedDevice = { id: string; name: string };

/** Machines of one kind among devices: what they can do is the same for all of them. */
export type DeviceKind = { capabilities: string[]; os: string; arch: string; devices: number };

const sampleSize = 10;

/** How many devices meet a condition over rows `d`, by state and group, and the first of them. */
export async function viewSelectedDevices(db: Db, isSelected: RawBuilder<boolean>): Promise<SelectedDevices> {
  const { listed: _, ...selected } = await previewDevices(db, isSelected);
  return selected;
}

/** The same of those devices that orders select, and how many meet the condition in all. */
export async function previewDevices(db: Db, isListed: RawBuilder<boolean>): Promise<SelectionPreview> {
  const parts = await rows<{ name: string; is_online: boolean; devices: number; listed: number }>(
    db,
    sql`select g.name, s.is_online, s.devices, s.listed
        from (select d.group_id, ${presenceIsOnline} as is_online,
                     count(*) filter (where ${isOpenToOrders}) as devices, count(*) as listed
              from device d left join device_presence o on o.device_id = d.id
              where ${isListed} group by 1, 2) s
        join device_group g on g.id = s.group_id`,
  );
  const online = sum(parts.filter((part) => part.is_online));
  const groups = [...new Set(parts.filter(({ devices }) => devices > 0).map(({ name }) => name))];
  return {
    devices: sum(parts),
    by_state: { online, offline: sum(parts) - online },
    by_group: groups
      .map((name) => ({ name, devices: sum(parts.filter((part) => part.name === name)) }))
      .sort((a, b) => b.devices - a.devices || (a.name < b.name ? -1 : 1)),
    sample: await sampleDevices(db, sql`${isOpenToOrders} and ${isListed}`),
    listed: parts.reduce((total, { listed }) => total + listed, 0),
  };
}

/** The kinds of machines among the devices that meet a condition; a device that was never here is of no kind. */
export async function listDeviceKinds(db: Db, isSelected: RawBuilder<boolean>): Promise<DeviceKind[]> {
  return rows<DeviceKind>(
    db,
    sql`select d.capabilities, d.os, d.arch, count(*) as devices
        from device d where ${isSelected} and d.agent_version is not null
        group by d.capabilities, d.os, d.arch order by devices desc`,
  );
}

/** The first of the devices that meet a condition and are of a kind. */
export async function sampleKind(
  db: Db,
  isSelected: RawBuilder<boolean>,
  { capabilities, os, arch }: DeviceKind,
): Promise<NamedDevice[]> {
  const ofKind = sql`d.capabilities = ${JSON.stringify(capabilities)}::jsonb and d.os = ${os} and d.arch = ${arch}`;
  return sampleDevices(db, sql<boolean>`${isSelected} and ${ofKind}`);
}

async function sampleDevices(db: Db, isSelected: RawBuilder<boolean>): Promise<NamedDevice[]> {
  return rows<NamedDevice>(
    db,
    sql`select d.public_id as id, d.name from device d where ${isSelected} order by d.id limit ${sampleSize}`,
  );
}

function sum(parts: { devices: number }[]): number {
  return parts.reduce((total, { devices }) => total + devices, 0);
}
