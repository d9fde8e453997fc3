import type { Fault, Step } from '@tideway/protocol';
import { rewriteShellText } from './shell-interpolation.rules.ts';

/** References in a container's command that a shell inside of the container would read as code. */
export function containerCommandFaults(step: Step, path: string): Fault[] {
  if (step.uses !== 'docker') return [];
  const { command, run_options } = step.with;
  const health = [run_options['health-cmd'] ?? []].flat();
  return [
    ...(command === null ? [] : codeFaults(`entrypoint ${command}`, `${path}.with.command`)),
    // Docker hands it to the container's shell.
    ...health.flatMap((text) => codeFaults(`eval ${text}`, `${path}.with.run-options.health-cmd`)),
  ];
}

function codeFaults(text: string, path: string): Fault[] {
  const rewritten = rewriteShellText(text, 'sh', false);
  if ('script' in rewritten) return [];
  const faults = rewritten.faults.filter(({ isCode }) => isCode);
  return faults.map(({ message }) => ({ path, message: `${path}: ${message}` }));
}
