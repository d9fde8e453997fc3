import {
  environmentName,
  type Fault,
  type FlowInput,
  findReferences,
  type Reference,
  type Step,
} from '@tideway/protocol';
import { compilePattern, valueProblem } from './flow-inputs.rules.ts';
import { shellTextOf, templatesOf } from './step-templates.rules.ts';

const known: Record<'device' | 'deployment', string[]> = { device: ['id', 'name'], deployment: ['id'] };

/** Names of all inputs that steps and the rollback refer to, in the order in which they first appear. */
export function referencedInputs(steps: Step[], rollback: string): string[] {
  const texts = [...steps.flatMap(textsOf), { text: rollback, path: '' }];
  const references = texts.flatMap(({ text }) => findReferences(text).references);
  return [...new Set(references.filter(({ scope }) => scope === 'inputs').map(({ name }) => name))];
}

/** References of a step that can never have a value, or that may not stand where they do. */
export function referenceFaults(step: Step, inputs: Record<string, FlowInput>, stepPath: string): Fault[] {
  return textsOf(step).flatMap(({ text, path }) => {
    const { references, malformed } = findReferences(text);
    // A single artifact is a list of one in the normal form; its writer knows it as `artifact`.
    const field = `${stepPath}.${path.replace(/^with\.artifacts\[\d+\]\.artifact$/, 'with.artifact')}`;
    const faults = [
      ...malformed.map((form) => `${form} is no reference; write it as \${{ inputs.name }}`),
      ...references.flatMap((reference) => problem(reference, inputs, path) ?? []),
    ];
    return faults.map((message) => ({ path: field, message: `${field}: ${message}` }));
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
