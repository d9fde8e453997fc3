import type { DeviceFilter, Filter } from '@tideway/protocol';
import { shellWord } from '../../platform/ui/shell-word.rules.ts';
import type { FlowInputs, OrderBody } from './order-values.rules.ts';

/** Where a line is to send the order. */
export type LineTarget = { url: string; projectKey: string; projectName: string };

/** Names of the parameters whose values no line shows. */
export function secretsIn(body: OrderBody, inputs: FlowInputs): string[] {
  return Object.keys(body.deployment_configuration.parameters_mapping ?? {}).filter((name) => inputs[name]?.secret);
}

/** The order with a placeholder in place of each secret value: `<password>`. */
export function withoutSecrets(body: OrderBody, inputs: FlowInputs): OrderBody {
  const secrets = secretsIn(body, inputs);
  const { parameters_mapping: parameters, ...rest } = body.deployment_configuration;
  if (parameters === undefined || secrets.length === 0) return body;
  const masked = Object.entries(parameters).map(([name, value]) => [
    name,
    secrets.includes(name) ? `<${name}>` : value,
  ]);
  return { ...body, deployment_configuration: { ...rest, parameters_mapping: Object.fromEntries(masked) } };
}

/**
 * The call of curl that places the same order: at `/v2/deploy_update`, as pipelines do it. That door takes no list of
 * devices, so that an order for several picked ones goes where this page sends it.
 */
export function curlLine(body: OrderBody, target: LineTarget): string {
  const sent = isListOfDevices(body) ? null : deployUpdateBody(body, target.projectName);
  const path = sent === null ? `/api/v2/${encodeURIComponent(target.projectKey)}/deployments` : '/v2/deploy_update';
  return [
    `curl --fail-with-body -sS ${shellWord(target.url + path)}`,
    // In double quotes: the shell fills in the token.
    '  -H "Authorization: Bearer $TIDEWAY_TOKEN"',
    "  -H 'Content-Type: application/json'",
    `  --data ${shellWord(JSON.stringify(sent ?? body, null, 2))}`,
  ].join(' \\\n');
}

/** Whether the order is for several devices that were picked. */
export function isListOfDevices({ device_ids: devices = [] }: OrderBody): boolean {
  return devices.length > 1;
}

function deployUpdateBody(body: OrderBody, projectName: string): Record<string, unknown> {
  const { device_filter: filter, device_ids: devices = [], deployment_configuration: inner, ...rest } = body;
  const { flow_uuid: flow, ...details } = inner;
  const picked = devices.map((value) => ({ type: 'specific_device', operand: 'is', value }));
  return {
    flow_id: flow,
    devices_filter: {
      project: { name: projectName },
      groups: filter.groups ?? [],
      filters: [...(filter.filters ?? []), ...picked],
    },
    ...details,
    ...rest,
  };
}

/** The call of our command that places the same order: by flags, or by the whole order where flags cannot say it. */
export function commandLine(body: OrderBody, { projectKey }: LineTarget): string {
  const project = `--project ${shellWord(projectKey)}`;
  if (!isSayableByFlags(body)) return piped(body, [`tideway deploy ${project}`, '--file -']);
  const { configuration } = body;
  const parts = [`tideway deploy ${project}`, ...orderFlags(body)];
  return configuration === undefined ? parts.join(' \\\n  ') : piped(configuration, [...parts, '--config -']);
}

function piped(input: unknown, command: string[]): string {
  return `printf '%s' ${shellWord(JSON.stringify(input, null, 2))} |\n  ${command.join(' \\\n    ')}`;
}

function orderFlags(body: OrderBody): string[] {
  const { flow_uuid: flow, parameters_mapping: parameters = {}, app, comment } = body.deployment_configuration;
  const { max_failures: maxFailures } = body;
  return [
    ...flag('flow', flow),
    ...flag('flow-version', body.flow_version === undefined ? undefined : String(body.flow_version)),
    ...selectionFlags(body),
    ...Object.entries(parameters).flatMap(([name, value]) => flag('param', `${name}=${value}`)),
    ...flag('app', app && `${app.name}@${app.version}`),
    ...flag('comment', comment),
    ...flag('start-at', body.schedule?.start_at),
    ...flag('expires-in', body.expires_in),
    ...flag('timeout', body.timeout),
    ...flag('abort-deadline', body.abort_deadline),
    ...flag('supersede', body.supersede),
    ...flag('max-failures', maxFailures === undefined ? undefined : String(maxFailures)),
  ];
}

function selectionFlags({ device_filter: filter, device_ids: devices = [] }: OrderBody): string[] {
  const flags = [
    ...(filter.groups ?? []).flatMap(({ name }) => flag('group', name)),
    ...devices.flatMap((id) => flag('device', id)),
    ...(filter.filters ?? []).flatMap((condition) => conditionFlag(condition)),
  ];
  return flags.length === 0 ? ['--all'] : flags;
}

function conditionFlag(filter: Filter): string[] {
  const isMeant = filter.operand === 'is';
  switch (filter.type) {
    case 'specific_device':
      return flag(isMeant ? 'device' : 'not-device', filter.value);
    case 'tag':
      return flag(isMeant ? 'tag' : 'not-tag', filter.value);
    case 'app': {
      const version = filter.app_version === undefined ? '' : `@${filter.app_version}`;
      return flag(isMeant ? 'has-app' : 'lacks-app', filter.value + version);
    }
    case 'device_state':
      return flag('state', filter.value);
    case 'deployment':
      return flag(isMeant ? 'in-deployment' : 'not-in-deployment', `${filter.deployment_id}:${filter.value}`);
    case 'update_status':
      return flag(isMeant ? 'last-update' : 'not-last-update', filter.value);
  }
}

function flag(name: string, value: string | undefined): string[] {
  return value === undefined ? [] : [`--${name} ${shellWord(value)}`];
}

/** Where the flags would mean something else: several `--device` are any of them, and `@` begins a version. */
function isSayableByFlags({ device_filter: filter, device_ids: devices = [], deployment_configuration }: OrderBody) {
  const { filters = [] } = filter;
  const { app, parameters_mapping: parameters = {} } = deployment_configuration;
  return (
    countOfDevices(filter) + (devices.length > 0 ? 1 : 0) <= 1 &&
    filters.filter(({ type }) => type === 'device_state').length <= 1 &&
    filters.every(hasPlainApp) &&
    !app?.version.includes('@') &&
    Object.keys(parameters).every((name) => !name.includes('='))
  );
}

function countOfDevices({ filters = [] }: DeviceFilter): number {
  return filters.filter(({ type, operand }) => type === 'specific_device' && operand === 'is').length;
}

function hasPlainApp(filter: Filter): boolean {
  if (filter.type !== 'app') return true;
  return filter.app_version === undefined ? !filter.value.includes('@') : !filter.app_version.includes('@');
}
