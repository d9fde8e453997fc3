import { deploymentBodySchema } from '@tideway/protocol';
import { type FlowInputs, type OrderValues, orderBody, readConfiguration, typedValue } from './order-values.rules.ts';
import { parameterFault } from './parameter.rules.ts';

/** A field of the form: one of its values, or `parameters.NAME`. */
export type OrderField = Exclude<keyof OrderValues, 'secrets'> | `parameters.${string}`;

/** What is wrong, by field. */
export type OrderFaults = Partial<Record<OrderField, string>>;

/** The parts of the page, in their order. */
export const orderSections = ['flow', 'devices', 'values', 'details', 'review'] as const;
export type OrderSection = (typeof orderSections)[number];

/** Where the fields of the form are named in an order; those of the form in their order, but for the parameters. */
const fields: [place: RegExp, field: OrderField][] = [
  [/^deployment_configuration\.flow_(uuid|id)$/, 'flow'],
  [/^flow_version$/, 'flowVersion'],
  [/^device_filter(\.|\[|$)/, 'filter'],
  [/^device_ids(\[|$)/, 'devices'],
  [/^deployment_configuration\.parameters_mapping$/, 'parameters'],
  [/^configuration(\.|\[|$)/, 'configuration'],
  [/^deployment_configuration\.app\.version$/, 'appVersion'],
  [/^deployment_configuration\.app(\.name)?$/, 'appName'],
  [/^deployment_configuration\.comment$/, 'comment'],
  [/^schedule(\.|$)/, 'startAt'],
  [/^expires_in$/, 'expiresIn'],
  [/^timeout$/, 'timeout'],
  [/^abort_deadline$/, 'abortDeadline'],
  [/^supersede$/, 'supersede'],
  [/^max_failures$/, 'maxFailures'],
];

const parameterPlace = /^deployment_configuration\.parameters_mapping\.(.+)$/s;

/** The field of the form that a place in the order came from; null where it came from none. */
export function fieldOfPlace(place: string | null): OrderField | null {
  if (place === null) return null;
  const name = parameterPlace.exec(place)?.[1];
  if (name !== undefined) return `parameters.${name}`;
  return fields.find(([pattern]) => pattern.test(place))?.[1] ?? null;
}

/** The part of the page in which a field stands. */
export function sectionOfField(field: OrderField): OrderSection {
  if (field === 'flow' || field === 'flowVersion') return 'flow';
  if (field === 'filter' || field === 'devices') return 'devices';
  return field === 'configuration' || field.startsWith('parameters') ? 'values' : 'details';
}

/** What is wrong with what was typed as far as a browser can know, by the schemas of the API. */
export function orderFaults(values: OrderValues, inputs: FlowInputs): OrderFaults {
  return {
    ...schemaFaults(values, inputs),
    ...parameterFaults(values, inputs),
    ...(values.flow === '' && { flow: 'must be chosen' }),
    ...configurationFault(values.configuration),
    ...appFault(values),
  };
}

/** What is wrong, from the top of the page to its end. */
export function inPageOrder(faults: OrderFaults): [OrderField, string][] {
  const placeOf = (field: OrderField) =>
    fields.findIndex(([, other]) => other === (nameOfParameter(field) === null ? field : 'parameters'));
  return (Object.entries(faults) as [OrderField, string][]).sort(([one], [other]) => placeOf(one) - placeOf(other));
}

/** What stands in a field; the same value as long as nobody has changed it. */
export function valueOfField(values: OrderValues, field: OrderField): unknown {
  const name = nameOfParameter(field);
  if (name !== null) return values.secrets[name] ?? values.parameters[name];
  return values[field as Exclude<keyof OrderValues, 'secrets'>];
}

/** What is missing and not wrong: nobody is told of it before they want to deploy. */
export function isMissing(field: OrderField, values: OrderValues, inputs: FlowInputs): boolean {
  if (field === 'flow') return values.flow === '';
  if (field === 'appVersion') return values.appVersion === '';
  const name = nameOfParameter(field);
  return name !== null && typedValue(values, inputs, name) === '';
}

/** The parameter whose field it is, or null. */
export function nameOfParameter(field: OrderField): string | null {
  return /^parameters\.(.+)$/s.exec(field)?.[1] ?? null;
}

/** What a refusal says of the fields, and the rest of it; `faults` are what the server has listed. */
export function faultsOfRefusal(refused: {
  field: string | null;
  message: string;
  faults: { path: string; message: string }[];
}): { byField: OrderFaults; other: string | null } {
  const said = refused.faults.length > 0 ? refused.faults : [{ path: refused.field, message: refused.message }];
  const byField: OrderFaults = {};
  for (const { path, message } of said) {
    const field = fieldOfPlace(path);
    if (field !== null) byField[field] ??= message;
  }
  return { byField, other: Object.keys(byField).length === 0 ? refused.message : null };
}

function schemaFaults(values: OrderValues, inputs: FlowInputs): OrderFaults {
  const read = deploymentBodySchema().safeParse(orderBody(values, inputs));
  const faults: OrderFaults = {};
  for (const { path, message } of read.error?.issues ?? []) {
    const field = fieldOfPlace(path.map(String).join('.'));
    if (field !== null) faults[field] ??= message;
  }
  return faults;
}

function parameterFaults(values: OrderValues, inputs: FlowInputs): OrderFaults {
  const faults: OrderFaults = {};
  for (const [name, input] of Object.entries(inputs)) {
    const fault = parameterFault(input, typedValue(values, inputs, name));
    if (fault !== null) faults[`parameters.${name}`] = fault;
  }
  return faults;
}

const maxConfigurationBytes = 64 * 1024;

function configurationFault(text: string): OrderFaults {
  const configuration = readConfiguration(text);
  if (configuration === null) return { configuration: `must be a JSON object${whereOf(text)}` };
  const bytes = new TextEncoder().encode(JSON.stringify(configuration)).length;
  return bytes > maxConfigurationBytes ? { configuration: 'must have at most 64 KiB' } : {};
}

/** What the browser's own reader has stumbled over. */
function whereOf(text: string): string {
  try {
    JSON.parse(text);
    return '';
  } catch (error) {
    return error instanceof Error ? `: ${error.message}` : '';
  }
}

function appFault({ appName, appVersion }: OrderValues): OrderFaults {
  if (appName !== '' && appVersion.trim() === '') return { appVersion: 'is needed where an app is chosen' };
  if (appName === '' && appVersion.trim() !== '') return { appName: 'is needed where a version is given' };
  return {};
}
