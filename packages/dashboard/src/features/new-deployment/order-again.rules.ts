import type { Deployment, DeviceFilter } from '@tideway/protocol';
import { deviceFilterSchema, durationInUnit } from '@tideway/protocol';
import { countText, numberText } from '../../platform/ui/number-text.ts';
import { isSameFilter } from '../devices/filter-text.rules.ts';
import { emptyValues, type OrderValues } from './order-values.rules.ts';

/** What the server shows in place of a secret. */
const mask = '***';

/**
 * What was ordered once, as it stands in the form: of the flow's newest version, since most who order again have mended
 * something, with that one's time limit, to begin at once, and without the secrets, which nobody is shown.
 */
export function orderedValues(deployment: Deployment): OrderValues {
  const { flow, app, parameters, configuration, comment, created_at, expires_at, max_failures } = deployment;
  const shown = Object.entries(parameters).filter(([, value]) => value !== mask);
  return {
    ...emptyValues,
    flow: flow.id,
    ...orderedFor(deployment),
    parameters: Object.fromEntries(shown),
    configuration: configuration === null ? '' : JSON.stringify(configuration, null, 2),
    appName: app?.name ?? '',
    appVersion: app?.version ?? '',
    comment,
    expiresIn: expires_at === null ? '' : durationInUnit(secondsBetween(created_at, expires_at)),
    abortDeadline: durationInUnit(deployment.abort_deadline_s),
    supersede: deployment.supersede,
    maxFailures: max_failures === null ? '' : String(max_failures),
  };
}

/** The devices as they were asked for then; where no filter can ask for them, those that got it. */
function orderedFor({ id, device_filter }: Deployment): { filter: DeviceFilter; devices: string[] } {
  const { device_ids: devices = [], ...asked } = device_filter;
  const filter = deviceFilterSchema.safeParse(asked);
  if (filter.success && isTexts(devices)) return { filter: filter.data, devices };
  return devicesOf(id);
}

/** The devices that a deployment went to, as a selection. */
export function devicesOf(id: string): Selection {
  return { filter: { filters: [{ type: 'deployment', operand: 'is', value: 'any', deployment_id: id }] }, devices: [] };
}

/**
 * How many devices a deployment went to, and how many its selection gives now, where the form still has that.
 * `offersSame`: the same devices can be had, and are not what is selected.
 */
export function devicesThenAndNow(
  deployment: Deployment,
  values: Selection,
  now: number | undefined,
): { text: string; offersSame: boolean } {
  const { id, devices, archived_at } = deployment;
  const then = `It went to ${countText(devices, 'device')}`;
  const isAsThen = isSameSelection(values, orderedFor(deployment));
  if ((isAsThen && values.devices.length > 0) || isSameSelection(values, devicesOf(id))) {
    return { text: `${then}${sameDevicesText(devices, now)}`, offersSame: false };
  }
  const today = isAsThen && now !== undefined ? `; its filter selects ${numberText(now)} now.` : '.';
  // Of an archived one nobody knows any more which devices it went to.
  return { text: then + today, offersSame: archived_at === null };
}

function sameDevicesText(then: number, now: number | undefined): string {
  if (now === undefined) return '.';
  return now === then ? ': these are selected.' : `; ${numberText(now)} of them can be selected now.`;
}

type Selection = Pick<OrderValues, 'filter' | 'devices'>;

function isSameSelection(one: Selection, other: Selection): boolean {
  return isSameFilter(one.filter, other.filter) && one.devices.join() === other.devices.join();
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}

function secondsBetween(from: string, to: string): number {
  return Math.max(1, Math.round((Date.parse(to) - Date.parse(from)) / 1000));
}
