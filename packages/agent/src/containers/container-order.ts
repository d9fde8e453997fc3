import { createHash } from 'node:crypto';
import { containerNameFault, runOptionFault } from '@tideway/protocol';
import type { StepOf, StepOrigin } from '../steps/step.ts';
import { markerName } from '../system/leftover-processes.ts';

/** The container that a step wants: its name, and the words of `docker create` without the image. */
export type ContainerOrder = {
  name: string;
  options: string[];
  command: string[];
  /** What `docker create` takes out of its environment for the container: everybody can read the words of a command. */
  variables: Record<string, string>;
};

/**
 * What `docker create` is told, or what is wrong with the step's values. Each option is one word with its value behind
 * `=`: a value can neither become an option nor end them.
 */
export function containerOrder(
  step: StepOf<'docker'>,
  environment: Record<string, string>,
  origin: StepOrigin,
): { order: ContainerOrder } | { fault: string } {
  const { run_options, command } = step.with;
  const name = step.with.name ?? ownName(step.name, origin);
  const nameFault = containerNameFault(name);
  if (nameFault !== null) return { fault: `name ${nameFault}` };
  if (name.length < 2) return { fault: 'name must have at least two characters' };
  for (const [option, value] of Object.entries(run_options)) {
    const fault = runOptionFault(option, value);
    if (fault !== null) return { fault: `run-options.${option} ${fault}` };
  }
  if (command?.some((word) => word.includes('\0'))) return { fault: 'command must not contain a NUL character' };
  const ofStep = Object.keys(step.env).map((variable) => `${variable}=${environment[variable] ?? ''}`);
  const { names, variables } = apart([...ofStep, ...[run_options.env ?? []].flat()]);
  const options = Object.entries(run_options)
    .filter(([option]) => !ownOptions.has(option))
    .flatMap(([option, value]) => [value].flat().map((text) => `--${option}=${text}`));
  const words = [...names.map((one) => `--env=${one}`), ...options, ...labelsOf(origin)];
  return { order: { name, options: words, command: command ?? [], variables } };
}

/** Whether a variable says how `docker` itself works, and where programs and the engine are. */
export function isForClient(variable: string): boolean {
  return clientVariables.test(variable);
}

const clientVariables = /^(PATH|HOME|LD_.*|DOCKER_(API_VERSION|CERT_PATH|CONFIG|CONTEXT|HOST|TLS|TLS_VERIFY))$/;

/** Names of variables, and their values apart; those that would mislead `docker` itself stay together with their names. */
function apart(given: string[]): { names: string[]; variables: Record<string, string> } {
  const variables: Record<string, string> = {};
  const names = given.map((text) => {
    const [name = ''] = text.split('=', 1);
    if (name === text || name === '' || isForClient(name) || name === markerName) return text;
    variables[name] = text.slice(name.length + 1);
    return name;
  });
  return { names, variables };
}

/** The label by which the container of a step is found again, also where the agent died while it was made. */
export function stepLabel({ device, update, step }: StepOrigin): string {
  return `tideway.step=${device}/${update}/${step}`;
}

/** The name of a container while it is made ready, and of the previous one while it is kept. */
export function passingNames(name: string, origin: StepOrigin): { fresh: string; kept: string } {
  const mark = digest(stepLabel(origin));
  return { fresh: `${name}.new-${mark}`, kept: `${name}.kept-${mark}` };
}

/** A name that stays the same from update to update, and that no other step and no other device has. */
export function ownName(stepName: string, { device, flow }: StepOrigin): string {
  const words = stepName
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40);
  return `${words || 'step'}-${digest(`${device}\n${flow}\n${stepName}`)}`;
}

/** Options that the agent itself heeds. */
const ownOptions: ReadonlySet<string> = new Set(['attach', 'detach', 'env', 'pull']);

/** Last, so that no label of the step takes their place. */
function labelsOf(origin: StepOrigin): string[] {
  return [`--label=tideway.device=${origin.device}`, `--label=${stepLabel(origin)}`];
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}
