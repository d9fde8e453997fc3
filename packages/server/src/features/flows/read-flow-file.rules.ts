import {
  type Fault,
  type FlowDocument,
  type FlowInput,
  flowFileText,
  flowText,
  type inputsText,
  nameSchema,
} from '@tideway/protocol';
import type { z } from 'zod';
import { checkAgainst } from '../../platform/http/validation.rules.ts';
import { inputFaults, referencedInputs, referenceFaults } from './flow-references.rules.ts';
import { type ReadStep, readStep, within } from './read-step.rules.ts';
import { rewriteShellText, type Shell } from './shell-interpolation.rules.ts';
import { fieldFaults } from './step-fields.rules.ts';
import { shellTextOf, withShellText } from './step-templates.rules.ts';
import { type ParsedText, parseYamlText } from './yaml-text.rules.ts';

const maxBytes = 256 * 1024;

/**
 * Reads a file of flows, in YAML or JSON, in our form or the vendor's. Gives each flow in normal form, or every fault of
 * the file at once, with path and line.
 */
export function readFlowFile(text: string): { flows: FlowDocument[] } | { faults: Fault[] } {
  if (new TextEncoder().encode(text).length > maxBytes) {
    return { faults: [{ path: '', message: 'A file of flows must have at most 256 KiB' }] };
  }
  const parsed = parseYamlText(text);
  if ('faults' in parsed) return parsed;
  const file = checkAgainst(flowFileText, parsed.value);
  if ('faults' in file) return { faults: withLines(within('', file.faults, ['flows', 'on']), parsed) };

  const entries = Object.entries(file.value.flows);
  if (entries.length === 0)
    return { faults: [{ path: 'flows', line: 1, message: 'flows must name at least one flow' }] };
  const common = file.value.on?.['workflow-dispatch']?.inputs ?? null;
  const read = entries.map(([name, value]) => readFlow(name, value, common, parsed));
  const faults = read.flatMap((flow) => ('faults' in flow ? flow.faults : []));
  if (faults.length > 0) return { faults: withLines(faults, parsed) };
  return { flows: read.flatMap((flow) => ('document' in flow ? [flow.document] : [])) };
}

type InputsText = z.output<typeof inputsText>;
type FlowText = z.output<typeof flowText>;

function readFlow(
  name: string,
  value: unknown,
  common: InputsText | null,
  parsed: ParsedText,
): { document: FlowDocument } | { faults: Fault[] } {
  const path = `flows.${name}`;
  const named = checkAgainst(nameSchema, name);
  if ('faults' in named) return { faults: within(path, named.faults) };
  const checked = checkAgainst(flowText, value);
  if ('faults' in checked) {
    return { faults: [...within(path, checked.faults, Object.keys(flowText.shape)), ...faultsOfSteps(value, path)] };
  }
  const flow = checked.value;
  const read = flow.steps.map((step, index) => readStep(step, `${path}.steps[${index}]`));
  const steps = read.flatMap((step) => ('step' in step ? [step] : []));
  const rollback = readRollback(flow);
  const declared = flow.inputs ?? common;
  const inputs = declared === null ? impliedInputs(steps, rollback?.script ?? '') : declaredInputs(declared);
  // Steps with faults have fallen out of `steps`; what else is wrong is looked for in those that are left.
  const indexes = read.flatMap((step, index) => ('step' in step ? [index] : []));
  const scripts = rewriteScripts(steps, indexes, rollback, path, parsed);
  const faults = [
    ...read.flatMap((step) => ('faults' in step ? step.faults : [])),
    ...repeatedNames(read, path),
    ...inputFaults(inputs, `${path}.inputs`),
    ...steps.flatMap(({ step }, index) => referenceFaults(step, inputs, `${path}.steps[${indexes[index]}]`)),
    ...steps.flatMap(({ step }, index) => fieldFaults(step, `${path}.steps[${indexes[index]}]`)),
    ...scripts.faults,
    ...onlyOne(flow, path),
  ];
  if (faults.length > 0) return { faults };
  return {
    document: {
      name,
      description: flow.description ?? null,
      inputs,
      timeout_s: flow.timeout ?? 24 * 3600,
      reboot_after_update: flow['reboot-after-update'] ?? flow['reboot-after-restart'] ?? false,
      order: flow.order === 'forward' ? 'forward' : 'newest_first',
      requires: { arch: flow.requires?.arch ?? [], os: flow.requires?.os ?? [] },
      rollback: scripts.rollback,
      steps: scripts.steps,
    },
  };
}

/** The faults of the steps of a flow that has others besides: all are listed at once. */
function faultsOfSteps(flow: unknown, path: string): Fault[] {
  const steps = typeof flow === 'object' && flow !== null && 'steps' in flow ? flow.steps : null;
  if (!Array.isArray(steps)) return [];
  return steps.flatMap((step, index) => {
    const read = readStep(step, `${path}.steps[${index}]`);
    return 'faults' in read ? read.faults : [];
  });
}

type Rollback = { shell: Shell; script: string; timeout_s: number };

function readRollback({ rollback }: FlowText): Rollback | null {
  if (rollback === undefined) return null;
  return { shell: rollback.shell ?? 'sh', script: rollback.run, timeout_s: rollback.timeout ?? 30 * 60 };
}

function rewriteScripts(
  read: ReadStep[],
  indexes: number[],
  rollback: Rollback | null,
  path: string,
  parsed: ParsedText,
) {
  const faults: Fault[] = [];
  const rewrite = (script: string, shell: Shell, isUnsafe: boolean, field: string): string => {
    const rewritten = rewriteShellText(script, shell, isUnsafe);
    if ('script' in rewritten) return rewritten.script;
    const firstLine = parsed.contentLineOf(field);
    for (const { line, message } of rewritten.faults) {
      faults.push({ path: field, line: firstLine + line - 1, message: `${field}: ${message}` });
    }
    return script;
  };
  const steps = read.map(({ step, isUnsafe }, index) => {
    const text = shellTextOf(step);
    if (text === null) return step;
    return withShellText(
      step,
      rewrite(text.script, text.shell, isUnsafe, `${path}.steps[${indexes[index]}].${text.path}`),
    );
  });
  const rewrittenRollback = rollback && {
    ...rollback,
    script: rewrite(rollback.script, rollback.shell, false, `${path}.rollback.run`),
  };
  return { steps, rollback: rewrittenRollback, faults };
}

function declaredInputs(text: InputsText): Record<string, FlowInput> {
  return Object.fromEntries(
    Object.entries(text).map(([name, input]) => [
      name,
      {
        description: input?.description ?? null,
        required: input?.required ?? input?.default === undefined,
        default: input?.default ?? null,
        pattern: input?.pattern ?? null,
        secret: input?.secret ?? false,
      },
    ]),
  );
}

/** Where a flow declares no inputs, each one that it refers to is a required one. */
function impliedInputs(steps: ReadStep[], rollback: string): Record<string, FlowInput> {
  const names = referencedInputs(
    steps.map(({ step }) => step),
    rollback,
  );
  const required = { description: null, required: true, default: null, pattern: null, secret: false };
  return Object.fromEntries(names.map((name) => [name, required]));
}

function repeatedNames(read: (ReadStep | { faults: Fault[] })[], path: string): Fault[] {
  const seen = new Map<string, number>();
  return read.flatMap((entry, index) => {
    if (!('step' in entry)) return [];
    const { name } = entry.step;
    const first = seen.get(name);
    if (first === undefined) seen.set(name, index);
    const field = `${path}.steps[${index}].name`;
    return first === undefined ? [] : [{ path: field, message: `${field} is the name of steps[${first}] already` }];
  });
}

function onlyOne(flow: FlowText, path: string): Fault[] {
  if (flow['reboot-after-update'] === undefined || flow['reboot-after-restart'] === undefined) return [];
  const field = `${path}.reboot-after-restart`;
  return [{ path: field, message: `${field} is the vendor's spelling of reboot-after-update; have one of them` }];
}

function withLines(faults: Fault[], parsed: ParsedText): Fault[] {
  return faults
    .map((fault) => ({ ...fault, line: fault.line ?? parsed.lineOf(fault.path) }))
    .sort((one, other) => one.line - other.line);
}
