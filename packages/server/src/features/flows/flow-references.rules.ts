import {
  environmentName,
  type Fault,
  type FlowInput,
  findReferences,
  type Reference,
  type Step,
} from '@tideway/protocol';
import { compilePattern, valueProblem } from './flow-inputs.rules.ts';
import { fixedTextsOf, shellTextOf, templatesOf } from './step-templates.rules.ts';

const known: Record<'device' | 'deployment', string[]> = { device: ['id', 'name'], deployment: ['id'] };

/** Names of all inputs that steps and the rollback refer to, in the order in which they first appear. */
export function referencedInputs(steps: Step[], rollback: string): string[] {
  const texts = [...steps.flatMap(textsOf), { text: rollback, path: '' }];
  const references = texts.flatMap(({ text }) => findReferences(text).references);
  return [...new Set(references.filter(({ scope }) => scope === 'inputs').map(({ name }) => name))];
}

/** References of a step that can never have a value, or that may not stand where they do. */
export function referenceFaults(step: Step, inputs: Record<string, FlowInput>, stepPath: string): Fault[] {
  const fixed = fixedTextsOf(step).filter(({ text }) => text.includes('${{'));
  return [
    ...textsOf(step).flatMap(({ text, path }) => {
      const field = `${stepPath}.${writtenPath(step, path)}`;
      return messagesOf(text, inputs, path).map((message) => ({ path: field, message: `${field}: ${message}` }));
    }),
    ...fixed.map(({ path }) => {
      const field = `${stepPath}.${writtenPath(step, path)}`;
      return { path: field, message: `${field} must be written out: a reference has no meaning there` };
    }),
  ];
}

function messagesOf(text: string, inputs: Record<string, FlowInput>, path: string): string[] {
  const { references, malformed } = findReferences(text);
  return [
    ...malformed.map((form) => `${form} is no reference; write it as \${{ inputs.name }}`),
    ...references.flatMap((reference) => problem(reference, inputs, path) ?? []),
  ];
}

/** A single artifact is a list of one in the normal form, and a probe has its own object; their writers do not see it. */
function writtenPath(step: Step, path: string): string {
  if (step.uses === 'check')
    return path.replace(/^with\.probe\.(host|port|url|unit|path)$/, probeKey(step.with.probe.kind));
  const isSingle = 'artifacts' in step.with && step.with.artifacts.length === 1;
  return isSingle ? path.replace(/^with\.artifacts\[0\]\./, 'with.') : path.replace(/(\[\d+\])\.artifact$/, '$1');
}

function probeKey(kind: string): string {
  return `with.${kind}`;
}

/** The same for a shell text outside of the steps. */
export function scriptReferenceFaults(script: string, inputs: Record<string, FlowInput>, path: string): Fault[] {
  return messagesOf(script, inputs, path).map((message) => ({ path, message: `${path}: ${message}` }));
}

/** Keys of the configuration that would share a variable; for inputs, `inputFaults` says so. */
export function configurationFaults(steps: Step[], rollback: string, path: string): Fault[] {
  const texts = [...steps.flatMap(textsOf).map(({ text }) => text), rollback];
  const references = texts.flatMap((text) => findReferences(text).references).filter(({ scope }) => scope === 'config');
  const byVariable = new Map<string, string>();
  return [...new Set(references.map(({ name }) => name))].flatMap((name) => {
    const variable = environmentName('config', name);
    const other = byVariable.get(variable);
    byVariable.set(variable, name);
    if (other === undefined) return [];
    return [{ path, message: `${path}: config.${name} shares the variable ${variable} with config.${other}` }];
  });
}

/** What is wrong with the inputs themselves. */
export function inputFaults(inputs: Record<string, FlowInput>, path: string): Fault[] {
  const byVariable = new Map<string, string>();
  return Object.entries(inputs).flatMap(([name, input]) => {
    const field = `${path}.${name}`;
    const variable = environmentName('inputs', name);
    const other = byVariable.get(variable);
    byVariable.set(variable, name);
    const messages = [
      ...(other === undefined ? [] : [`shares the variable ${variable} with ${other}; rename one of them`]),
      ...(input.pattern !== null && compilePattern(input.pattern) === null
        ? ['has a pattern that is no regular expression']
        : []),
      ...(input.default === null ? [] : defaultProblems(input, input.default)),
    ];
    return messages.map((message) => ({ path: field, message: `${field} ${message}` }));
  });
}

function defaultProblems(input: FlowInput, value: string): string[] {
  const found = valueProblem(input, value);
  return found === null ? [] : [`has a default that ${found}`];
}

function problem({ scope, name }: Reference, inputs: Record<string, FlowInput>, path: string): string | null {
  const isForAllDevices = /^with\.(artifact|artifacts\b.*|archive)$/.test(path);
  if (scope === 'inputs' && !Object.hasOwn(inputs, name)) return `the flow has no input ${name}`;
  if (scope === 'inputs' && inputs[name]?.secret && isForAllDevices)
    return 'a secret cannot be part of the name of an artifact';
  if (scope === 'device' && isForAllDevices)
    return 'an artifact is the same for all devices: ${{ device.… }} cannot be part of it';
  if ((scope === 'device' || scope === 'deployment') && !known[scope].includes(name)) {
    return `there is no ${scope}.${name}; there is ${known[scope].map((word) => `${scope}.${word}`).join(', ')}`;
  }
  return null;
}

function textsOf(step: Step): { text: string; path: string }[] {
  const shellText = shellTextOf(step);
  return [...templatesOf(step), ...(shellText === null ? [] : [{ text: shellText.script, path: shellText.path }])];
}
