import type { Device, SelectionExplanation } from '@tideway/protocol';
import { inTransaction, type Tx } from '../../platform/database/transaction.ts';
import type { Deps } from '../../platform/deps.ts';
import { invalidRequest } from '../../platform/http/refusals.ts';
import { Refusal } from '../../platform/refusal.ts';
import { getDevice } from '../devices/get-device.ts';
import type { ProjectCaller } from '../projects/in-project.access.ts';
import type { DeviceCondition } from './device-filter.rules.ts';
import { findAskedDevice } from './gate-facts.views.ts';
import { readSelectionQuestion, type Selection } from './order.rules.ts';
import { resolveConditions } from './resolve-device-filter.ts';
import { describeFilter, describeGroups, type SelectedBy } from './selection.rules.ts';
import { meetsEach, readPartsOfDevice } from './selection.views.ts';

/** Whether a filter selects a device at this moment, condition by condition. Refuses what does not exist by name. */
export async function explainSelection(
  { db }: Pick<Deps, 'db'>,
  caller: ProjectCaller,
  body: unknown,
): Promise<SelectionExplanation> {
  const read = readSelectionQuestion(body);
  if ('faults' in read) throw invalidRequest(read.faults);
  const { deviceId, selection } = read;
  return inTransaction(db, async (tx) => {
    const asked = await askedConditions(tx, caller.project.id, selection);
    const { internalId, device, facts } = await readDeviceFacts(tx, caller, deviceId, selection);
    const met = await meetsEach(
      tx,
      internalId,
      asked.map(({ condition }) => condition),
    );
    const conditions = [
      approval(device),
      ...asked.map(({ field, describe }, index) => ({ field, matches: met[index] ?? false, message: describe(facts) })),
    ];
    return {
      device: { id: device.id, name: device.name },
      is_selected: conditions.every((condition) => condition.matches),
      conditions,
    };
  });
}

async function readDeviceFacts(
  tx: Tx,
  caller: ProjectCaller,
  publicId: string,
  { filters }: Selection,
): Promise<{ internalId: number; device: Device; facts: SelectedBy }> {
  const found = await findAskedDevice(tx, caller.project.id, publicId);
  if (found === null) {
    throw new Refusal('unknown_device', `There is no device ${publicId} in this project`, { field: 'device_id' });
  }
  const device = await getDevice({ db: tx }, caller, publicId);
  const deployments = filters.flatMap((filter) => (filter.type === 'deployment' ? [filter.deployment_id] : []));
  return {
    internalId: found.id,
    device,
    facts: { ...device, ...(await readPartsOfDevice(tx, found.id, deployments)) },
  };
}

type AskedCondition = { field: string; condition: DeviceCondition; describe: (device: SelectedBy) => string };

async function askedConditions(tx: Tx, projectId: number, selection: Selection): Promise<AskedCondition[]> {
  const { groups, filters, picked } = await resolveConditions(tx, projectId, selection);
  const field = selection.fields.filter;
  const asked: (Omit<AskedCondition, 'condition'> & { condition: DeviceCondition | null | undefined })[] = [
    {
      field: `${field}.groups`,
      condition: groups,
      describe: (device) => describeGroups(selection.groups, device),
    },
    ...selection.filters.map((filter, index) => ({
      field: `${field}.filters[${index}]`,
      condition: filters[index],
      describe: (device: SelectedBy) => describeFilter(filter, device),
    })),
    {
      field: 'device_ids',
      condition: picked,
      describe: () => 'Asked: it is one of the devices that are named',
    },
  ];
  return asked.flatMap(({ condition, ...rest }) => (condition ? [{ condition, ...rest }] : []));
}

function approval({ needs_approval }: Device): SelectionExplanation['conditions'][number] {
  const message = needs_approval
    ? 'The device awaits approval: no order selects it before'
    : 'The device is approved, as every order asks';
  return { field: null, matches: !needs_approval, message };
}
