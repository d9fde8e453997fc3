import type { Deployment, DeviceFilter } from '@tideway/protocol';
import { deviceFilterSchema, durationInUnit } from '@tideway/protocol';
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
  return { filter: { filters: [{ type: 'deployment', operand: 'is', value: 'any', deployment_id: id }] }, devices: [] };
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}

function secondsBetween(from: string, to: string): number {
  return Math.max(1, Math.round((Date.parse(to) - Date.parse(from)) / 1000));
}
