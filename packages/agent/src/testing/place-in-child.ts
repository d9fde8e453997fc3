import fs, { readFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { placeArtifacts } from '../placing/place-artifacts.ts';
import { putBack } from '../placing/put-back.ts';

/**
 * Places or puts back as the file named on the command line says, and kills itself without warning at the given one of
 * its calls that change something. Where it lives to the end, it sends how many there were.
 */
const { act, order, root, keepFolder, diesAt } = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'));
const changing = ['chmodSync', 'linkSync', 'mkdirSync', 'openSync', 'renameSync', 'rmSync', 'rmdirSync', 'unlinkSync'];
let calls = 0;

for (const name of [...changing, 'writeSync']) {
  const found: unknown = Reflect.get(fs, name);
  if (typeof found !== 'function') throw new Error(`node:fs has no ${name}`);
  const original = (...values: unknown[]): unknown => found(...values);
  Reflect.set(fs, name, (...values: unknown[]) => {
    calls += 1;
    if (calls === diesAt) die(name, values, original);
    return original(...values);
  });
}
syncBuiltinESMExports();

const context = { root, keepFolder, signal: new AbortController().signal, output: () => undefined };
await (act === 'place' ? placeArtifacts(order, context) : putBack(context));
process.send?.(calls);

/** A write that is cut off leaves a half behind. */
function die(name: string, [handle, bytes]: unknown[], write: (...values: unknown[]) => unknown): void {
  if (name === 'writeSync' && bytes instanceof Uint8Array) write(handle, bytes.subarray(0, bytes.length / 2));
  process.kill(process.pid, 'SIGKILL');
}
