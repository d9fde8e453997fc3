import { type Fault, onFailureText, type Step, stepSchema, stepText, stepWithTexts } from '@tideway/protocol';
import type { z } from 'zod';
import { checkInPart } from './check-in-part.rules.ts';
import { closest } from './closest-word.rules.ts';
import { normalWith } from './step-with.rules.ts';

/** A step in normal form, but with its shell texts and templates as they were written. */
export type ReadStep = { step: Step; isUnsafe: boolean };

/** Reads one step of a flow's text; there can be faults beside a step that lacks what is wrong. Their paths begin with `path`. */
export function readStep(value: unknown, path: string): { read: ReadStep | null; faults: Fault[] } {
  const own = checkInPart(stepText, value, path, stepKeys);
  // A name stands in for one that is missing, so that the rest can be checked as well.
  const text = own.value ?? checkInPart(stepText, { ...asObject(value), name: path }, path, stepKeys).value;
  // Without either, the faults say already what was meant to be one of them.
  const isGiven = text?.run !== undefined || text?.uses !== undefined || own.faults.length === 0;
  const given = text && isGiven ? readGiven(text, path) : { read: null, faults: [] };
  return { read: given.read, faults: [...own.faults, ...given.faults] };
}

type StepText = z.output<typeof stepText>;
type Read = { read: ReadStep | null; faults: Fault[] };

const failureKeys = Object.keys(onFailureText.shape);
const stepKeys = [...Object.keys(stepText.shape), ...failureKeys, 'attempts', 'delay'];

function readGiven(text: StepText, path: string): Read {
  if (text.run !== undefined && text.uses === undefined) return readRun(text, text.run, path);
  if (text.uses !== undefined && text.run === undefined) return readUses(text, text.uses, path);
  return { read: null, faults: [{ path, message: `${path} must have either "run", or "uses" and "with"` }] };
}

function readRun(text: StepText, script: string, path: string): Read {
  const faults: Fault[] = [];
  if (text.with) faults.push({ path: `${path}.with`, message: `${path}.with has no meaning beside "run"` });
  if (script.trim() === '') faults.push({ path: `${path}.run`, message: `${path}.run must not be empty` });
  const given = { uses: 'run', with: { shell: text.shell ?? 'sh', script } };
  return { read: finish(text, given, text['on-failure']), faults };
}

function readUses(text: StepText, uses: string, path: string): Read {
  const type = /^(?:tideway|connect)\/(.+)$/.exec(uses)?.[1] ?? '';
  if (!isWithType(type)) return { read: null, faults: [unknownType(uses, `${path}.uses`)] };
  const schema = stepWithTexts[type];
  const checked = checkInPart(schema, text.with ?? {}, `${path}.with`, [...Object.keys(schema.shape), ...failureKeys]);
  const faults = [...checked.faults];
  if (text.shell !== undefined) {
    faults.push({ path: `${path}.shell`, message: `${path}.shell has a meaning only beside "run"` });
  }
  if (checked.value === null) return { read: null, faults };
  const inner = checked.value['on-failure'];
  if (inner && text['on-failure']) {
    const field = `${path}.with.on-failure`;
    faults.push({ path: field, message: `${path} has "on-failure" twice: beside and in "with"` });
  }
  const given = normalWith(type, checked.value);
  if ('uses' in given) return { read: finish(text, given, text['on-failure'] ?? inner), faults };
  // What is missing may be what was left out for its own fault.
  if (checked.faults.length > 0) return { read: null, faults };
  const field = `${path}.with${given.key === '' ? '' : `.${given.key}`}`;
  return { read: null, faults: [...faults, { path: field, message: `${field} ${given.message}` }] };
}

function finish(text: StepText, given: unknown, onFailure: StepText['on-failure']): ReadStep {
  const own = given as { uses: string; with: unknown };
  const step = stepSchema.parse({
    ...own,
    name: text.name,
    env: text.env ?? {},
    timeout_s: text.timeout ?? 30 * 60,
    retry: { attempts: text.retry?.attempts ?? 1, delay_s: text.retry?.delay ?? 0 },
    uninterruptible: text.uninterruptible ?? false,
    // A command may have done half of its work when the power went; steps of ours know how to go on.
    repeatable: text.repeatable ?? (own.uses !== 'run' && own.uses !== 'script'),
    on_failure: {
      ignore: onFailure?.ignore ?? false,
      revert_all_files: onFailure?.['revert-all-files'] ?? false,
      trigger: onFailure?.['trigger-revert'] === 'any-step-failure' ? 'any_step_failure' : 'this_step_failure',
      run_rollback: onFailure?.['run-rollback'] ?? true,
    },
  });
  return { step, isUnsafe: text['unsafe-interpolation'] ?? false };
}

function isWithType(type: string): type is keyof typeof stepWithTexts {
  return Object.hasOwn(stepWithTexts, type);
}

function unknownType(uses: string, path: string): Fault {
  const types = Object.keys(stepWithTexts).map((type) => `tideway/${type}`);
  const hint = closest(uses, types);
  const expected = hint === null ? `must be one of: ${types.join(', ')}` : `is no type of step; did you mean ${hint}?`;
  return { path, message: `${path} ${expected}` };
}

function asObject(value: unknown): object {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}
