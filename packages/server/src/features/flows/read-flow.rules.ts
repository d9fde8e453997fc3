import {
  type Fault,
  type FlowDocument,
  type FlowInput,
  flowText,
  type inputsText,
  inputText,
  nameSchema,
} from '@tideway/protocol';
import type { z } from 'zod';
import { checkInPart } from './check-in-part.rules.ts';
import { containerCommandFaults, runOptionFaults } from './container-command.rules.ts';
import {
  configurationFaults,
  inputFaults,
  referencedInputs,
  referenceFaults,
  scriptReferenceFaults,
} from './flow-references.rules.ts';
import { type ReadStep, readStep } from './read-step.rules.ts';
import { rewriteShellText, type Shell } from './shell-interpolation.rules.ts';
import { fieldFaults } from './step-fields.rules.ts';
import { shellTextOf, withShellText } from './step-templates.rules.ts';
import type { ParsedText } from './yaml-text.rules.ts';

export const inputKeys = Object.keys(inputText.shape);
const flowKeys = [...Object.keys(flowText.shape), ...inputKeys, 'run', 'shell', 'arch', 'os', 'unsafe-interpolation'];

/** Reads one flow of a file; with faults the document is not to be used. `common` are inputs of the whole file. */
export function readFlow(
  name: string,
  value: unknown,
  common: InputsText | null,
  parsed: ParsedText,
): { document: FlowDocument | null; faults: Fault[] } {
  const path = `flows.${name}`;
  const named = checkInPart(nameSchema, name, path, []);
  const checked = checkInPart(flowText, value, path, flowKeys);
  if (checked.value === null) return { document: null, faults: [...named.faults, ...checked.faults] };

  const flow = checked.value;
  const read = flow.steps.map((step, index) => readStep(step, `${path}.steps[${index}]`));
  const steps = read.flatMap(({ read }, index) => (read ? [{ ...read, path: `${path}.steps[${index}]` }] : []));
  const rollback = readRollback(flow);
  const declared = flow.inputs ?? common;
  const inputs = declared === null ? impliedInputs(steps, rollback?.script ?? '') : declaredInputs(declared);
  const scripts = steps.map((step) => rewriteScript(step, parsed));
  const rewrittenRollback = rollback && rewriteRollback(rollback, `${path}.rollback.run`, parsed);
  const faults = [
    ...named.faults,
    ...checked.faults,
    ...read.flatMap((step) => step.faults),
    ...repeatedNames(flow.steps, path),
    ...configurationFaults(
      steps.map(({ step }) => step),
      rollback?.script ?? '',
      path,
    ),
    ...inputFaults(inputs, `${path}.inputs`),
    ...steps.flatMap(({ step, path }) => [...referenceFaults(step, inputs, path), ...fieldFaults(step, path)]),
    ...steps.flatMap(({ step, path }) => runOptionFaults(step, path)),
    ...(rollback === null ? [] : scriptReferenceFaults(rollback.script, inputs, `${path}.rollback.run`)),
    ...scripts.flatMap((script) => script.faults),
    ...steps.flatMap(({ step, isUnsafe, path }) => (isUnsafe ? [] : containerCommandFaults(step, path))),
    ...(rewrittenRollback?.faults ?? []),
    ...onlyOne(flow, path),
  ];
  const document: FlowDocument = {
    name,
    description: flow.description ?? null,
    inputs,
    timeout_s: flow.timeout ?? 24 * 3600,
    reboot_after_update: flow['reboot-after-update'] ?? flow['reboot-after-restart'] ?? false,
    order: flow.order === 'forward' ? 'forward' : 'newest_first',
    requires: { arch: flow.requires?.arch ?? [], os: flow.requires?.os ?? [] },
    rollback: rewrittenRollback?.rollback ?? null,
    steps: scripts.map(({ step }) => step),
  };
  return { document, faults };
}

type InputsText = z.output<typeof inputsText>;
type FlowText = z.output<typeof flowText>;
type PlacedStep = ReadStep & { path: string };
type Rollback = NonNullable<FlowDocument['rollback']> & { isUnsafe: boolean };

function readRollback({ rollback }: FlowText): Rollback | null {
  if (rollback === undefined) return null;
  return {
    shell: rollback.shell ?? 'sh',
    script: rollback.run,
    timeout_s: rollback.timeout ?? 30 * 60,
    isUnsafe: rollback['unsafe-interpolation'] ?? false,
  };
}

function rewriteScript({ step, isUnsafe, path }: PlacedStep, parsed: ParsedText) {
  const text = shellTextOf(step);
  if (text === null) return { step, faults: [] };
  const { script, faults } = rewrite({ ...text, isUnsafe, path: `${path}.${text.path}` }, parsed);
  return { step: withShellText(step, script), faults };
}

function rewriteRollback({ isUnsafe, ...rollback }: Rollback, path: string, parsed: ParsedText) {
  const { script, faults } = rewrite({ ...rollback, isUnsafe, path }, parsed);
  return { rollback: { ...rollback, script }, faults };
}

type ShellText = { script: string; shell: Shell; isUnsafe: boolean; path: string };

function rewrite(
  { script, shell, isUnsafe, path }: ShellText,
  parsed: ParsedText,
): { script: string; faults: Fault[] } {
  const rewritten = rewriteShellText(script, shell, isUnsafe);
  if ('script' in rewritten) return { script: rewritten.script, faults: [] };
  const { line: firstLine, isBlock } = parsed.contentOf(path);
  const faults = rewritten.faults.map(({ line, message }) => {
    // Only a block keeps the lines of the file; what is quoted in one line may hold several.
    return { path, line: isBlock ? firstLine + line - 1 : firstLine, message: `${path}: ${message}` };
  });
  return { script, faults };
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

/** Of the steps as they were written: one that is wrong in another way has its name all the same. */
function repeatedNames(steps: unknown[], flowPath: string): Fault[] {
  const seen = new Map<unknown, string>();
  return steps.flatMap((step, index) => {
    const path = `${flowPath}.steps[${index}]`;
    const name = typeof step === 'object' && step !== null && 'name' in step ? step.name : undefined;
    const first = seen.get(name);
    if (name !== undefined && first === undefined) seen.set(name, path);
    return first === undefined
      ? []
      : [{ path: `${path}.name`, message: `${path}.name is the name of ${first} already` }];
  });
}

function onlyOne(flow: FlowText, path: string): Fault[] {
  if (flow['reboot-after-update'] === undefined || flow['reboot-after-restart'] === undefined) return [];
  const field = `${path}.reboot-after-restart`;
  return [{ path: field, message: `${field} is the vendor's spelling of reboot-after-update; have one of them` }];
}
