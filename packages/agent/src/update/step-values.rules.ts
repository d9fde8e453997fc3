import { type DeploymentDocument, environmentName, type Plan, type Reference, substitute } from '@tideway/protocol';

/** The values that references of a step can name on this device, by scope and name. */
export type Values = ReadonlyMap<string, { scope: Reference['scope']; name: string; value: string }>;

/** @param configuration what stands in config.json while the update runs */
export function valuesOf(
  plan: Pick<Plan, 'device' | 'secrets'>,
  document: Pick<DeploymentDocument, 'deployment_id' | 'inputs'>,
  configuration: Record<string, unknown> | null,
): Values {
  const values = new Map<string, { scope: Reference['scope']; name: string; value: string }>();
  const add = (scope: Reference['scope'], name: string, value: string) =>
    values.set(`${scope}.${name}`, { scope, name, value });
  for (const [name, value] of Object.entries({ ...document.inputs, ...plan.secrets })) add('inputs', name, value);
  for (const [name, value] of Object.entries(configuration ?? {})) if (isScalar(value)) add('config', name, `${value}`);
  add('device', 'id', plan.device.id);
  add('device', 'name', plan.device.name);
  add('deployment', 'id', document.deployment_id);
  return values;
}

/** The variables in which shell texts find the values. */
export function valueEnvironment(values: Values): Record<string, string> {
  const named = [...values.values()].filter(({ name }) => /^[A-Za-z_][A-Za-z0-9_-]*$/.test(name));
  return Object.fromEntries(named.map(({ scope, name, value }) => [environmentName(scope, name), value]));
}

/** `template` with all its strings filled in, or the references that nothing is known for. */
export function fillIn<T>(template: T, values: Values): { filled: T; unknown: string[] } {
  const unknown: string[] = [];
  const fill = (text: string) =>
    substitute(text, ({ scope, name }) => {
      const known = values.get(`${scope}.${name}`);
      if (!known) unknown.push(`${scope}.${name}`);
      return known?.value;
    });
  return { filled: mapStrings(template, fill), unknown };
}

/** What makes a path of a step unusable, in one sentence; null where nothing does. */
export function pathFault(path: string): string | null {
  if (path === '') return 'A path must not be empty.';
  if (path.includes('\0')) return 'A path must not contain a NUL character.';
  if (path.split('/').includes('..')) return `The path ${path} must not contain "..".`;
  return null;
}

function mapStrings<T>(value: T, map: (text: string) => string): T;
function mapStrings(value: unknown, map: (text: string) => string): unknown {
  if (typeof value === 'string') return map(value);
  if (Array.isArray(value)) return value.map((item) => mapStrings(item, map));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, mapStrings(member, map)]));
}

function isScalar(value: unknown): value is string | number | boolean {
  return ['string', 'number', 'boolean'].includes(typeof value);
}
