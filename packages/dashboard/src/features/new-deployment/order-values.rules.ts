import type { DeviceFilter, FlowInput, timingOptions } from '@tideway/protocol';
import type { z } from 'zod';

/** What stands in the form: texts as they were typed. */
export type OrderValues = {
  /** The flow's id; empty while none is chosen. */
  flow: string;
  /** The number of an older version of it; empty: its newest. */
  flowVersion: string;
  filter: DeviceFilter;
  /** Devices that were picked, by id; empty: all that the filter selects. */
  devices: string[];
  parameters: Record<string, string>;
  /** Values of secret parameters, which are kept nowhere but in the page. */
  secrets: Record<string, string>;
  /** The JSON of an object; empty: none. */
  configuration: string;
  appName: string;
  appVersion: string;
  comment: string;
  /** As the browser's field for times has it, in the viewer's zone: `2030-01-31T04:00`. */
  startAt: string;
  expiresIn: string;
  timeout: string;
  abortDeadline: string;
  supersede: string;
  maxFailures: string;
};

/** The inputs of the flow that is chosen, as its version declares them. */
export type FlowInputs = Record<string, FlowInput>;

/** The body of `POST /api/v2/{project_key}/deployments` as this page makes it. */
export type OrderBody = z.input<z.ZodObject<typeof timingOptions>> & {
  device_filter: DeviceFilter;
  device_ids?: string[];
  deployment_configuration: {
    flow_uuid: string;
    parameters_mapping?: Record<string, string>;
    comment?: string;
    app?: { name: string; version: string };
  };
  configuration?: Record<string, unknown>;
  flow_version?: number;
};

export const emptyValues: OrderValues = {
  flow: '',
  flowVersion: '',
  filter: {},
  devices: [],
  parameters: {},
  secrets: {},
  configuration: '',
  appName: '',
  appVersion: '',
  comment: '',
  startAt: '',
  expiresIn: '',
  timeout: '',
  abortDeadline: '',
  supersede: 'none',
  maxFailures: '',
};

/** What is typed for an input; empty: its default. */
export function typedValue(values: OrderValues, inputs: FlowInputs, name: string): string {
  return (inputs[name]?.secret ? values.secrets[name] : values.parameters[name]) ?? '';
}

/**
 * The order for what was typed. What was left empty is left out; a text that
 * cannot be read as what it should be goes as it is, so that the schema names its field.
 */
export function orderBody(values: OrderValues, inputs: FlowInputs): OrderBody {
  const { flow, filter, devices, comment, startAt, expiresIn, timeout, abortDeadline, supersede, maxFailures } = values;
  const parameters = givenParameters(values, inputs);
  const app = appOf(values);
  const configuration = readConfiguration(values.configuration);
  const isConfigured = configuration !== null && Object.keys(configuration).length > 0;
  return {
    device_filter: filter,
    ...(devices.length > 0 && { device_ids: devices }),
    deployment_configuration: {
      flow_uuid: flow,
      ...(Object.keys(parameters).length > 0 && { parameters_mapping: parameters }),
      ...(comment !== '' && { comment }),
      ...(app !== null && { app }),
    },
    ...(isConfigured && { configuration }),
    ...(values.flowVersion !== '' && { flow_version: Number(values.flowVersion) }),
    ...(startAt !== '' && { schedule: { start_at: timeOf(startAt) } }),
    ...(expiresIn.trim() !== '' && { expires_in: expiresIn.trim() }),
    ...(timeout.trim() !== '' && { timeout: timeout.trim() }),
    ...(abortDeadline.trim() !== '' && { abort_deadline: abortDeadline.trim() }),
    ...(supersede !== 'none' && { supersede }),
    ...(maxFailures.trim() !== '' && { max_failures: failureLimitOf(maxFailures.trim()) }),
  } as OrderBody;
}

/** The object that the text holds; null where it holds none. Nothing is an empty one. */
export function readConfiguration(text: string): Record<string, unknown> | null {
  if (text.trim() === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

function givenParameters(values: OrderValues, inputs: FlowInputs): Record<string, string> {
  const given = Object.keys(inputs).map((name) => [name, typedValue(values, inputs, name)] as const);
  return Object.fromEntries(given.filter(([, value]) => value !== ''));
}

function appOf({ appName, appVersion }: OrderValues): { name: string; version: string } | null {
  return appName === '' && appVersion.trim() === '' ? null : { name: appName, version: appVersion.trim() };
}

/** The time in UTC as orders have it: `2030-01-31T03:00:00.000Z`. */
function timeOf(localTime: string): string {
  const time = new Date(localTime);
  return Number.isNaN(time.getTime()) ? localTime : time.toISOString();
}

function failureLimitOf(text: string): number | string {
  return /^\d{1,15}$/.test(text) ? Number(text) : text;
}
