import {
  canonicalJson,
  deploymentBodySchema,
  deployUpdateBodySchema,
  type Fault,
  type Filter,
  type FilterKey,
  type FlowKey,
  type Supersede,
} from '@tideway/protocol';
import { isNestedTooDeeply, nestingExpectation } from '../../platform/http/nesting.rules.ts';
import { findUnstorableText, storableExpectation } from '../../platform/http/storable-text.rules.ts';
import { checkAgainst } from '../../platform/http/validation.rules.ts';

/** An order, whichever door it came through. Names and ids are still the caller's. */
export type Order = {
  flowId: string;
  groups: string[];
  filters: Filter[];
  /** Narrows the filter to these devices; null: all that it selects. */
  deviceIds: string[] | null;
  parameters: Record<string, string>;
  /** For the device's config.json; null where none was sent. */
  configuration: Record<string, unknown> | null;
  comment: string;
  app: { name: string; version: string } | null;
  allowsEmpty: boolean;
  /** When devices may begin, RFC 3339; null: at once. */
  startAt: string | null;
  supersedes: Supersede;
  /** Seconds after which what is pending ends; null: it waits for ever. */
  expiresInS: number | null;
  /** Seconds that each device has; null: as many as the flow says. */
  timeoutS: number | null;
  /** Seconds that a device has to confirm an abort. */
  abortDeadlineS: number;
  /** How the caller called the parts, for refusals that are found later. */
  fields: { filter: string; flow: string; app: string; parameters: string; configuration: string };
};

export type Read<Value> = Value | { faults: Fault[] };

/** The order of a deploy_update door, with the token and the project that its body names. */
export type TokenOrder = { userToken: string | null; projectName: string; order: Order };

/** Reads the body of `POST /v1/deploy_update`: as the newer one, with `metadata`, which must be there. */
export function readDeployUpdateV1(body: unknown, needsToken: boolean): Read<TokenOrder> {
  const read = readDeployUpdate(body, needsToken);
  if (isObject(objectIn(body).metadata)) return read;
  const missing = { path: 'metadata', message: 'metadata is required: an object, which may be empty' };
  if (!('faults' in read)) return { faults: [missing] };
  return { faults: [...read.faults.filter(({ path }) => path !== 'metadata'), missing] };
}

/** Reads the body of `POST /v2/deploy_update`. `needsToken`: there is none in the header. */
export function readDeployUpdate(body: unknown, needsToken: boolean): Read<TokenOrder> {
  const made = makeOneForm(body);
  if ('faults' in made) return made;
  const { user_token: token = '' } = made.body;
  const tokenFaults = needsToken && token === '' ? [fault('user_token', 'is required')] : [];
  const filterKey = keyOf(made.body, 'devices_filter', 'device_filter');
  const flowKey = keyOf(made.body, 'flow_id', 'flow_uuid');
  const checked = checkAgainst(deployUpdateBodySchema(filterKey, flowKey), made.body);
  if ('faults' in checked) return { faults: [...tokenFaults, ...checked.faults] };

  const sent = checked.value as DeployUpdateBody;
  const filter = sent.devices_filter ?? sent.device_filter;
  const flowId = sent.flow_id ?? sent.flow_uuid;
  if (filter === undefined || flowId === undefined) throw new Error('The schema let an incomplete order through');
  const {
    flow_id: innerId,
    flow_uuid: innerUuid,
    comment,
    app,
    parameters_mapping,
    ...rest
  } = sent.deployment_configuration ?? {};
  const places = [
    { prefix: '', details: sent },
    { prefix: 'metadata.', details: sent.metadata ?? {} },
    { prefix: 'deployment_configuration.', details: { comment, app, parameters_mapping } },
  ];
  const faults = [
    ...tokenFaults,
    ...conflicts(places),
    ...[innerId, innerUuid].filter((inner) => inner !== undefined && inner !== flowId).map(() => otherFlow(flowKey)),
    ...twoConfigurations(rest, sent.configuration),
  ];
  if (faults.length > 0) return { faults };
  return {
    userToken: sent.user_token || null,
    projectName: filter.project.name,
    order: {
      ...detailsOf(places),
      flowId,
      groups: filter.groups.map((group) => group.name),
      filters: filter.filters,
      deviceIds: null,
      configuration: configurationOf(sent.configuration ?? rest),
      ...optionsOf(sent),
      fields: {
        filter: filterKey,
        flow: flowKey,
        ...fieldsOf(places),
        configuration: sent.configuration === undefined ? 'deployment_configuration' : 'configuration',
      },
    },
  };
}

/** Reads the body of `POST /api/v2/{project_key}/deployments`. */
export function readDeployment(body: unknown): Read<{ order: Order }> {
  const made = makeOneForm(body);
  if ('faults' in made) return made;
  const filterKey = keyOf(made.body, 'device_filter', 'devices_filter');
  const flowKey = keyOf(objectAt(made.body, 'deployment_configuration'), 'flow_uuid', 'flow_id');
  const checked = checkAgainst(deploymentBodySchema(filterKey, flowKey), made.body);
  if ('faults' in checked) return checked;

  const sent = checked.value as DeploymentBody;
  const filter = sent.device_filter ?? sent.devices_filter ?? {};
  const inner = sent.deployment_configuration;
  const flowId = inner.flow_uuid ?? inner.flow_id;
  if (flowId === undefined) throw new Error('The schema let an incomplete order through');
  const places = [{ prefix: 'deployment_configuration.', details: inner }];
  return {
    order: {
      ...detailsOf(places),
      flowId,
      groups: filter.groups?.map((group) => group.name) ?? [],
      filters: filter.filters ?? [],
      deviceIds: sent.device_ids ?? null,
      configuration: configurationOf(sent.configuration ?? {}),
      ...optionsOf(sent),
      fields: {
        filter: filterKey,
        flow: `deployment_configuration.${flowKey}`,
        ...fieldsOf(places),
        configuration: 'configuration',
      },
    },
  };
}

type Details = {
  parameters_mapping?: Record<string, string> | undefined;
  comment?: string | undefined;
  app?: { name: string; version: string } | undefined;
};
type Options = {
  configuration?: Record<string, unknown>;
  allow_empty?: boolean;
  schedule?: { start_at: string };
  supersede?: Supersede;
  expires_in?: number;
  timeout?: number;
  abort_deadline?: number;
};
type VendorFilter = { groups: { name: string }[]; filters: Filter[] };
type DeployUpdateBody = Details &
  Options & { user_token?: string; metadata?: Details } & Partial<Record<FlowKey, string>> &
  Partial<Record<FilterKey, VendorFilter & { project: { name: string } }>> & {
    deployment_configuration?: Details & Partial<Record<FlowKey, string>> & Record<string, unknown>;
  };
type DeploymentBody = Options & { device_ids?: string[] } & Partial<Record<FilterKey, Partial<VendorFilter>>> & {
    deployment_configuration: Details & Partial<Record<FlowKey, string>>;
  };

const jsonTextKeys = ['parameters_mapping', 'deployment_configuration', 'app'];
const optionalKeys = [...jsonTextKeys, 'comment', 'metadata', 'configuration'];
const wrappers = ['deployment_configuration', 'metadata'];
const aliases = [
  ['devices_filter', 'device_filter'],
  ['flow_id', 'flow_uuid'],
] as const;

/** The body with JSON texts parsed, empty optional keys dropped, and aliases of one meaning said once. */
function makeOneForm(body: unknown, prefix = ''): Read<{ body: Record<string, unknown> }> {
  const result: Record<string, unknown> = { ...(body as Record<string, unknown>) };
  const faults: Fault[] = [];
  for (const key of jsonTextKeys) {
    if (typeof result[key] !== 'string' || result[key] === '') continue;
    const path = `${prefix}${key}`;
    const parsed = parseObject(result[key]);
    const problem =
      parsed === null ? fault(path, 'must be an object, or a text that holds one as JSON') : keepingFault(parsed, path);
    if (problem === null) result[key] = parsed;
    else faults.push(problem);
  }
  for (const wrapper of wrappers) {
    if (prefix !== '' || !isObject(result[wrapper])) continue;
    const inner = makeOneForm(result[wrapper], `${wrapper}.`);
    if ('faults' in inner) faults.push(...inner.faults);
    else result[wrapper] = inner.body;
  }
  for (const [one, other] of aliases) {
    if (result[one] === undefined || result[other] === undefined) continue;
    if (canonicalJson(result[one]) !== canonicalJson(result[other])) {
      faults.push(fault(`${prefix}${other}`, `is given as ${one} too, with another value`));
    }
    delete result[other];
  }
  // A device's configuration may hold keys of its own that are empty.
  for (const key of optionalKeys) if (isEmpty(result[key])) delete result[key];
  return faults.length > 0 ? { faults } : { body: result };
}

/** What keeps a value from being kept that came as a JSON text inside of the body: nobody has looked into it so far. */
function keepingFault(value: unknown, path: string): Fault | null {
  if (isNestedTooDeeply(value)) return fault(path, nestingExpectation);
  const unstorable = findUnstorableText(value, [path]);
  return unstorable === null ? null : fault(unstorable, storableExpectation);
}

function keyOf<Key extends string>(body: Record<string, unknown>, usual: Key, other: Key): Key {
  return body[usual] === undefined && body[other] !== undefined ? other : usual;
}

function objectAt(body: Record<string, unknown>, key: string): Record<string, unknown> {
  return objectIn(body[key]);
}

function objectIn(value: unknown): Record<string, unknown> {
  return isObject(value) ? value : {};
}

type Place = { prefix: string; details: Details };
const detailKeys = ['comment', 'app', 'parameters_mapping'] as const;

/** The same key at two places with different values. */
function conflicts(places: Place[]): Fault[] {
  return detailKeys.flatMap((key) => {
    const [first, ...others] = given(places, key);
    if (first === undefined) return [];
    return others
      .filter(({ details }) => canonicalJson(details[key]) !== canonicalJson(first.details[key]))
      .map(({ prefix }) => fault(`${prefix}${key}`, `is given as ${first.prefix}${key} too, with another value`));
  });
}

function detailsOf(places: Place[]): Pick<Order, 'comment' | 'app' | 'parameters'> {
  return {
    comment: given(places, 'comment')[0]?.details.comment ?? '',
    app: given(places, 'app')[0]?.details.app ?? null,
    parameters: given(places, 'parameters_mapping')[0]?.details.parameters_mapping ?? {},
  };
}

function fieldsOf(places: Place[]): { app: string; parameters: string } {
  const usual = places[0]?.prefix ?? '';
  return {
    app: `${given(places, 'app')[0]?.prefix ?? usual}app`,
    parameters: `${given(places, 'parameters_mapping')[0]?.prefix ?? usual}parameters_mapping`,
  };
}

function given(places: Place[], key: (typeof detailKeys)[number]): Place[] {
  return places.filter(({ details }) => details[key] !== undefined);
}

function otherFlow(flowKey: FlowKey): Fault {
  return fault('deployment_configuration.flow_id', `names another flow than ${flowKey}`);
}

function twoConfigurations(rest: Record<string, unknown>, verbatim: Record<string, unknown> | undefined): Fault[] {
  const [key] = Object.keys(rest);
  if (key === undefined || verbatim === undefined) return [];
  return [
    fault(
      `deployment_configuration.${key}`,
      'is configuration for the device, and so is configuration: send one of them',
    ),
  ];
}

const usualAbortDeadlineS = 900;

type OrderOptions = Pick<
  Order,
  'allowsEmpty' | 'startAt' | 'supersedes' | 'expiresInS' | 'timeoutS' | 'abortDeadlineS'
>;

function optionsOf(sent: Options): OrderOptions {
  return {
    allowsEmpty: sent.allow_empty ?? false,
    startAt: sent.schedule?.start_at ?? null,
    supersedes: sent.supersede ?? 'none',
    expiresInS: sent.expires_in ?? null,
    timeoutS: sent.timeout ?? null,
    abortDeadlineS: sent.abort_deadline ?? usualAbortDeadlineS,
  };
}

function configurationOf(configuration: Record<string, unknown>): Record<string, unknown> | null {
  return Object.keys(configuration).length === 0 ? null : configuration;
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isEmpty(value: unknown): boolean {
  return value === '' || (isObject(value) && Object.keys(value).length === 0);
}

function fault(path: string, message: string): Fault {
  return { path, message: `${path} ${message}` };
}
