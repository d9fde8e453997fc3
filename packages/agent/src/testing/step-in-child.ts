import childProcess from 'node:child_process';
import { readFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import type { FetchedArtifact } from '../steps/step.ts';

/**
 * Runs, undoes or settles a step as the file named on the command line says, and kills itself without warning when the
 * given one of its commands that change something has been started. Where it lives to the end, it sends how many there
 * were.
 */
const { act, step, context, artifacts, diesAt } = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'));
let changes = 0;

const found: unknown = childProcess.spawn;
if (typeof found !== 'function') throw new Error('node:child_process has no spawn');
const spawn = (...values: unknown[]): unknown => found.apply(childProcess, values);
Reflect.set(childProcess, 'spawn', (...values: unknown[]) => {
  const started = spawn(...values);
  if (isChange(String(values[0]), values[1])) changes += 1;
  if (changes === diesAt) process.kill(process.pid, 'SIGKILL');
  return started;
});
syncBuiltinESMExports();

// Only now: what they import of the module is taken when they are loaded.
const { runStepOfType, settleStepOfType, undoStepOfType } = await import('../steps/executors.ts');
const acts: Record<string, typeof runStepOfType> = {
  run: runStepOfType,
  undo: undoStepOfType,
  settle: settleStepOfType,
};
await acts[act]?.(step, {
  ...context,
  fetchArtifact: async (name: string) => artifacts.find((artifact: FetchedArtifact) => artifact.path === name),
  registry: () => Promise.reject(new Error('There is no registry here')),
  askForBoot: () => undefined,
  output: () => undefined,
  signal: new AbortController().signal,
});
process.send?.(changes);

function isChange(program: string, words: unknown): boolean {
  const list = Array.isArray(words) ? words.map(String) : [];
  if (program === 'docker-compose' || list[0] === 'compose') return true;
  return program === 'docker' && !['ps', 'inspect', 'image', 'logs', 'network'].includes(list[0] ?? '');
}
