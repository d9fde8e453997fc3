import type { ErrorCode, Filter } from '@tideway/protocol';
import { sql } from 'kysely';
import { rows } from '../../platform/database/database.ts';
import type { Tx } from '../../platform/database/transaction.ts';
import { Refusal } from '../../platform/refusal.ts';
import { findLabelIds } from '../devices/resolve-labels.ts';
import { archivedMessage } from './archived.rules.ts';
import type { DeviceCondition } from './device-filter.rules.ts';
import type { Selection } from './order.rules.ts';

/** The conditions that a filter asks for, each by its own: one of the groups, each of the filters, one of the devices. */
export type ResolvedFilter = {
  groups: DeviceCondition | null;
  filters: DeviceCondition[];
  picked: DeviceCondition | null;
};

/**
 * The condition that a filter is, with every name and id looked up in the project. One that does not exist is refused:
 * with `is_not`, a mistyped tag would select the whole fleet. So is an archived deployment: who was part of it is not
 * known any more.
 */
export async function resolveDeviceFilter(tx: Tx, projectId: number, selection: Selection): Promise<DeviceCondition> {
  const { groups, filters, picked } = await resolveConditions(tx, projectId, selection);
  return { kind: 'all', of: [...(groups ? [groups] : []), ...filters, ...(picked ? [picked] : [])] };
}

/** The same, not yet brought together. */
export async function resolveConditions(tx: Tx, projectId: number, selection: Selection): Promise<ResolvedFilter> {
  const known = await lookUp(tx, projectId, selection);
  const field = selection.fields.filter;
  const groups = selection.groups.map((name, index) => ({
    kind: 'group' as const,
    groupId: known.groups.get(name) ?? refuseGroup(name, `${field}.groups[${index}].name`),
  }));
  const picked = selection.deviceIds?.map((id, index) => ({
    kind: 'device' as const,
    deviceId: known.devices.get(id) ?? refuse('unknown_device', 'device', id, `device_ids[${index}]`),
  }));
  return {
    groups: groups.length > 0 ? { kind: 'any', of: groups } : null,
    filters: selection.filters.map((filter, index) => conditionOf(filter, known, `${field}.filters[${index}]`)),
    picked: picked ? { kind: 'any', of: picked } : null,
  };
}

type Known = Record<'groups' | 'tags' | 'apps' | 'devices', Map<string, number>> & {
  deployments: Map<string, NamedDeployment>;
};

type NamedDeployment = { public_id: string; id: number; archived_at: Date | null };

async function lookUp(tx: Tx, projectId: number, selection: Selection): Promise<Known> {
  const values = (type: Filter['type']) =>
    selection.filters.filter((filter) => filter.type === type).map((filter) => filter.value);
  const deployments = selection.filters.flatMap((filter) =>
    filter.type === 'deployment' ? [filter.deployment_id] : [],
  );
  const devices = [...values('specific_device'), ...(selection.deviceIds ?? [])];
  return {
    groups: await findLabelIds(tx, 'group', projectId, selection.groups),
    tags: await findLabelIds(tx, 'tag', projectId, values('tag')),
    apps: await findLabelIds(tx, 'app', projectId, values('app')),
    devices: await findDevices(tx, projectId, devices),
    deployments: await keepDeployments(tx, projectId, deployments),
  };
}

async function findDevices(tx: Tx, projectId: number, publicIds: string[]): Promise<Map<string, number>> {
  if (publicIds.length === 0) return new Map();
  const found = await rows<{ public_id: string; id: number }>(
    tx,
    sql`select public_id, id from device
        where project_id = ${projectId} and public_id = any(${publicIds}::text[]) and deleted_at is null`,
  );
  return new Map(found.map((row) => [row.public_id, row.id]));
}

/** Keeps them from being archived until the transaction ends: their rows would go while the filter looks at them. */
async function keepDeployments(tx: Tx, projectId: number, publicIds: string[]): Promise<Known['deployments']> {
  if (publicIds.length === 0) return new Map();
  const found = await rows<NamedDeployment>(
    tx,
    sql`select public_id, id, archived_at from deployment
        where project_id = ${projectId} and public_id = any(${publicIds}::text[]) for key share`,
  );
  return new Map(found.map((row) => [row.public_id, row]));
}

function conditionOf(filter: Filter, known: Known, field: string): DeviceCondition {
  const condition = positiveCondition(filter, known, field);
  return filter.operand === 'is_not' ? { kind: 'not', of: condition } : condition;
}

function positiveCondition(filter: Filter, known: Known, field: string): DeviceCondition {
  const { value } = filter;
  switch (filter.type) {
    case 'specific_device': {
      const deviceId = known.devices.get(value) ?? refuse('unknown_device', 'device', value, `${field}.value`);
      return { kind: 'device', deviceId };
    }
    case 'tag':
      return { kind: 'tag', tagId: known.tags.get(value) ?? refuse('unknown_tag', 'tag', value, `${field}.value`) };
    case 'app': {
      const appId = known.apps.get(value) ?? refuse('unknown_app', 'app', value, `${field}.value`);
      return { kind: 'app', appId, version: filter.app_version ?? null };
    }
    case 'device_state':
      return filter.value === 'online' ? { kind: 'online' } : { kind: 'not', of: { kind: 'online' } };
    case 'deployment': {
      const deploymentId = findPart(known, filter.deployment_id, `${field}.deployment_id`);
      return { kind: 'deployment', deploymentId, status: filter.value === 'any' ? null : filter.value };
    }
    case 'update_status':
      return { kind: 'last_update', status: filter.value };
  }
}

function findPart({ deployments }: Known, publicId: string, field: string): number {
  const found = deployments.get(publicId) ?? refuse('unknown_deployment', 'deployment', publicId, field);
  if (found.archived_at === null) return found.id;
  throw new Refusal('invalid_request', archivedMessage(publicId, found.archived_at), { field });
}

function refuseGroup(name: string, field: string): never {
  const hint = name === 'all' ? '; for the whole project, leave the list of groups empty' : '';
  throw new Refusal('unknown_group', `There is no group ${name} in this project${hint}`, { field });
}

function refuse(code: ErrorCode, thing: string, name: string, field: string): never {
  throw new Refusal(code, `There is no ${thing} ${name} in this project`, { field });
}
