import { canonicalJson, type Fault, timingOptions } from '@tideway/protocol';
import { isNestedTooDeeply, nestingExpectation } from '../../platform/http/nesting.rules.ts';
import { findUnstorableText, storableExpectation } from '../../platform/http/storable-text.rules.ts';

export type Read<Value> = Value | { faults: Fault[] };

/** The body with JSON texts parsed, empty optional keys dropped, and aliases of one meaning said once. */
export function makeOneForm(body: unknown, prefix = ''): Read<{ body: Record<string, unknown> }> {
  const result: Record<string, unknown> = { ...(body as Record<string, unknown>) };
  const faults: Fault[] = [];
  // What else stands inside of a wrapper may be the device's own.
  const keys = prefix === '' ? keysOfBody : keysOfWrapper;
  for (const key of keys.jsonTexts) {
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
  for (const [one, other] of keys.aliases) {
    if (result[one] === undefined || result[other] === undefined) continue;
    if (canonicalJson(result[one]) !== canonicalJson(result[other])) {
      faults.push(fault(`${prefix}${other}`, `is given as ${one} too, with another value`));
    }
    delete result[other];
  }
  for (const key of keys.optional) if (isEmpty(result[key])) delete result[key];
  return faults.length > 0 ? { faults } : { body: result };
}

/** Which of two names of one meaning a body uses. */
export function keyOf<Key extends string>(body: Record<string, unknown>, usual: Key, other: Key): Key {
  return body[usual] === undefined && body[other] !== undefined ? other : usual;
}

/** The value, or an empty object where it is none. */
export function objectIn(value: unknown): Record<string, unknown> {
  return isObject(value) ? value : {};
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A fault of the field at `path`. */
export function fault(path: string, message: string): Fault {
  return { path, message: `${path} ${message}` };
}

const wrappers = ['deployment_configuration', 'metadata'];
const detailTexts = ['parameters_mapping', 'app'];
const flowAliases = ['flow_id', 'flow_uuid'] as const;
const keysOfWrapper = { jsonTexts: detailTexts, aliases: [flowAliases], optional: [...detailTexts, 'comment'] };
const keysOfBody = {
  jsonTexts: [...detailTexts, 'deployment_configuration'],
  aliases: [['devices_filter', 'device_filter'] as const, flowAliases],
  optional: [
    ...keysOfWrapper.optional,
    ...wrappers,
    ...['configuration', 'flow_version', 'allow_empty', 'dry_run'],
    ...Object.keys(timingOptions),
  ],
};

/** What keeps a value from being kept that came as a JSON text inside of the body: nobody has looked into it so far. */
function keepingFault(value: unknown, path: string): Fault | null {
  if (isNestedTooDeeply(value)) return fault(path, nestingExpectation);
  const unstorable = findUnstorableText(value, [path]);
  return unstorable === null ? null : fault(unstorable, storableExpectation);
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

function isEmpty(value: unknown): boolean {
  return value === '' || (isObject(value) && Object.keys(value).length === 0);
}
