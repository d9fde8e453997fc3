import { type Fault, type Step, stepSchema, stepText, stepWithTexts } from '@tideway/protocol';
import type { z } from 'zod';
import { checkAgainst } from '../../platform/http/validation.rules.ts';
import { closest } from './closest-word.rules.ts';
import { normalWith } from './step-with.rules.ts';

/** A step in normal form, but with its shell texts and templates as they were written. */
export type ReadStep = { step: Step; isUnsafe: boolean };

/** Reads one step of a flow's text. The paths of its faults begin with `path`. */
export function readStep(value: unknown, path: string): ReadStep | { faults: Fault[] } {
  const checked = checkAgainst(stepText, value);
  if ('faults' in checked) return { faults: within(path, checked.faults, Object.keys(stepText.shape)) };
  const text = checked.value;
  if ((text.run === undefined) === (text.uses === undefined)) {
    return { faults: [{ path, message: `${path} must have either "run", or "uses" and "with"` }] };
  }
  if (text.run !== undefined) return readRun(text, text.run, path);
  return readUses(text, text.uses ?? '', path);
}

type StepText = z.output<typeof stepText>;

function readRun(text: StepText, script: string, path: string): ReadStep | { faults: Fault[] } {
  if (text.with) return { faults: [{ path: `${path}.with`, message: `${path}.with has no meaning beside "run"` }] };
  if (script.trim() === '') return { faults: [{ path: `${path}.run`, message: `${path}.run must not be empty` }] };
  return finish(text, { uses: 'run', with: { shell: text.shell ?? 'sh', script } }, text['on-failure']);
}

function readUses(text: StepText, uses: string, path: string): ReadStep | { faults: Fault[] } {
  const type = /^(?:tideway|connect)\/(.+)$/.exec(uses)?.[1] ?? '';
  if (!isWithType(type)) return { faults: [unknownType(uses, `${path}.uses`)] };
  if (text.shell !== undefined) {
    return { faults: [{ path: `${path}.shell`, message: `${path}.shell has a meaning only beside "run"` }] };
  }
  const schema = stepWithTexts[type];
  const checked = checkAgainst(schema, text.with ?? {});
  if ('faults' in checked) return { faults: within(`${path}.with`, checked.faults, Object.keys(schema.shape)) };
  const given = normalWith(type, checked.value);
  if ('message' in given) {
    const field = `${path}.with${given.key === '' ? '' : `.${given.key}`}`;
    return { faults: [{ path: field, message: `${field} ${given.message}` }] };
  }
  const inner = checked.value['on-failure'];
  if (inner && text['on-failure']) {
    return {
      faults: [{ path: `${path}.with.on-failure`, message: `${path} has "on-failure" twice: beside and in "with"` }],
    };
  }
  return finish(text, given, text['on-failure'] ?? inner);
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

/** Faults of a part, with paths from the whole, and a proposal for a key that is nearly right. */
export function within(path: string, faults: Fault[], knownKeys: string[] = []): Fault[] {
  return faults.map((fault) => {
    const inner = fault.path === '' ? path : `${path}.${fault.path}`.replace('.[', '[');
    const said =
      fault.path === '' ? fault.message.replace('The request', path) : fault.message.replace(fault.path, inner);
    const hint = said.endsWith('is not a known key') ? closest(fault.path, knownKeys) : null;
    return { ...fault, path: inner, message: hint === null ? said : `${said}; did you mean ${hint}?` };
  });
}
