import {
  type BulkChanges,
  bulkChangesSchema,
  canonicalJson,
  type DeviceSearch,
  deploymentBodySchema,
  deployUpdateBodySchema,
  deviceSearchSchema,
  deviceSelectionSchema,
  type Fault,
  type Filter,
  type FilterKey,
  type FlowKey,
  type TimingOptions,
} from '@tideway/protocol';
import { checkAgainst } from '../../platform/http/validation.rules.ts';
import { fault, isObject, keyOf, makeOneForm, objectIn, type Read } from './order-form.rules.ts';
import { type OrderTiming, readTiming } from './order-timing.rules.ts';

/** Which devices are meant, by the names and ids that the caller gave. */
export type Selection = {
  groups: string[];
  filters: Filter[];
  /** Narrows the filter to these devices; null: all that it selects. */
  deviceIds: string[] | null;
  /** How the caller called the filter, for refusals that are found later. */
  fields: { filter: string };
};

/** An order, whichever door it came through. Names and ids are still the caller's. */
export type Order = Selection &
  OrderTiming & {
    flowId: string;
    /** Null: the newest. */
    flowVersion: number | null;
    parameters: Record<string, string>;
    /** For the device's config.json; null where none was sent. */
    configuration: Record<string, unknown> | null;
    comment: string;
    app: { name: string; version: string } | null;
    allowsEmpty: boolean;
    /** Answer what the order would do, and do nothing. */
    isDryRun: boolean;
    /** How the caller called the parts. */
    fields: { flow: string; app: string; parameters: string; configuration: string };
  };

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
  const tokenFaults =
    needsToken && token === ''
      ? [fault('user_token', 'is required: an access token, here or as header Authorization: Bearer')]
      : [];
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
      ...partsOf(filter),
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
  const flowKey = keyOf(objectIn(made.body.deployment_configuration), 'flow_uuid', 'flow_id');
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
      ...partsOf(filter),
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

/** Reads the body of a call about the devices that a filter selects. */
export function readSelection(body: unknown): Read<{ selection: Selection }> {
  const made = makeOneForm(body);
  if ('faults' in made) return made;
  const filterKey = keyOf(made.body, 'device_filter', 'devices_filter');
  const checked = checkAgainst(deviceSelectionSchema(filterKey), made.body);
  if ('faults' in checked) return checked;
  const sent = checked.value as SelectionBody;
  const filter = sent.device_filter ?? sent.devices_filter ?? {};
  return { selection: { ...partsOf(filter), deviceIds: sent.device_ids ?? null, fields: { filter: filterKey } } };
}

/** Reads the body of a call that shows devices: those that a filter selects, narrowed by a search. */
export function readSelectionSearch(body: unknown): Read<{ selection: Selection; search: DeviceSearch }> {
  const { search, attention, ...asked } = objectIn(body);
  const searched = checkAgainst(deviceSearchSchema, { search, attention });
  const read = readSelection(asked);
  const faults = [searched, read].flatMap((one) => ('faults' in one ? one.faults : []));
  return 'faults' in searched || 'faults' in read ? { faults } : { ...read, search: searched.value };
}

/** Reads the body of the question whether a filter selects a device. */
export function readSelectionQuestion(body: unknown): Read<{ deviceId: string; selection: Selection }> {
  const { device_id: deviceId, ...asked } = objectIn(body);
  const read = readSelection(asked);
  const faults = typeof deviceId === 'string' ? [] : [fault('device_id', 'must be a string: the id of a device')];
  if ('faults' in read) return { faults: [...faults, ...read.faults] };
  return typeof deviceId === 'string' ? { deviceId, ...read } : { faults };
}

/** Reads the body of a change of many devices: which, and what of them. What nobody has asked for is not done to all. */
export function readBulk(body: unknown): Read<{ selection: Selection; changes: BulkChanges }> {
  const keys = Object.keys(bulkChangesSchema.shape);
  const sent = Object.entries(objectIn(body));
  const asked = Object.fromEntries(sent.filter(([key]) => keys.includes(key)));
  const selected = Object.fromEntries(sent.filter(([key]) => !keys.includes(key)));
  const changes = checkAgainst(bulkChangesSchema, asked);
  const read = readSelection(selected);
  const faults = [changes, read].flatMap((one) => ('faults' in one ? one.faults : []));
  if ('faults' in changes || 'faults' in read) return { faults };
  const missing = bulkFaults(Object.keys(selected), changes.value);
  return missing.length > 0 ? { faults: missing } : { ...read, changes: changes.value };
}

function bulkFaults(selectedBy: string[], changes: BulkChanges): Fault[] {
  const { add_tags: added = [], remove_tags: removed = [] } = changes;
  const [beside] = Object.keys(changes).filter((key) => key !== 'delete');
  return [
    ...(selectedBy.length > 0
      ? []
      : [fault('device_filter', 'or device_ids is required: {} means every device of the project')]),
    ...(Object.keys(changes).length > 0
      ? []
      : [
          {
            path: '',
            message: `Say what is to change: ${Object.keys(bulkChangesSchema.shape).join(', ')}`,
          },
        ]),
    ...(changes.delete && beside !== undefined ? [fault(beside, 'cannot be asked beside delete')] : []),
    ...added
      .filter((tag) => removed.includes(tag))
      .map((tag) => fault(`remove_tags[${removed.indexOf(tag)}]`, `is ${tag}, which add_tags gives the devices`)),
  ];
}

function partsOf({ groups, filters }: Partial<VendorFilter>): Pick<Selection, 'groups' | 'filters'> {
  return { groups: groups?.map((group) => group.name) ?? [], filters: filters ?? [] };
}

type Details = {
  parameters_mapping?: Record<string, string> | undefined;
  comment?: string | undefined;
  app?: { name: string; version: string } | undefined;
};
type Options = TimingOptions & {
  configuration?: Record<string, unknown>;
  flow_version?: number;
  allow_empty?: boolean;
  dry_run?: boolean;
};
type VendorFilter = { groups: { name: string }[]; filters: Filter[] };
type DeployUpdateBody = Details &
  Options & { user_token?: string; metadata?: Details } & Partial<Record<FlowKey, string>> &
  Partial<Record<FilterKey, VendorFilter & { project: { name: string } }>> & {
    deployment_configuration?: Details & Partial<Record<FlowKey, string>> & Record<string, unknown>;
  };
type SelectionBody = { device_ids?: string[] } & Partial<Record<FilterKey, Partial<VendorFilter>>>;
type DeploymentBody = Options &
  SelectionBody & {
    deployment_configuration: Details & Partial<Record<FlowKey, string>>;
  };

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

function optionsOf(sent: Options): Pick<Order, 'flowVersion' | 'allowsEmpty' | 'isDryRun'> & OrderTiming {
  return {
    flowVersion: sent.flow_version ?? null,
    allowsEmpty: sent.allow_empty ?? false,
    isDryRun: sent.dry_run ?? false,
    ...readTiming(sent),
  };
}

function configurationOf(configuration: Record<string, unknown>): Record<string, unknown> | null {
  return Object.keys(configuration).length === 0 ? null : configuration;
}
