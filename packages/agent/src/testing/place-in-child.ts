import fs, { existsSync, readFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { placeArtifacts } from '../placing/place-artifacts.ts';
import { putBack } from '../placing/put-back.ts';

/**
 * Places or puts back as the file named on the command line says, and kills itself without warning at the given one of
 * its calls that change something, or has a disk from there on that takes nothing more. Where it lives to the end, it
 * sends how many there were, and what it failed of.
 */
const { act, order, root, keepFolder, diesAt, failsFrom, code } = JSON.parse(
  readFileSync(process.argv[2] ?? '', 'utf8'),
);
const changing = [
  'chmodSync',
  'linkSync',
  'mkdirSync',
  'openSync',
  'renameSync',
  'rmSync',
  'rmdirSync',
  'symlinkSync',
  'unlinkSync',
];
let calls = 0;

for (const name of [...changing, 'writeSync']) {
  const found: unknown = Reflect.get(fs, name);
  if (typeof found !== 'function') throw new Error(`node:fs has no ${name}`);
  const original = (...values: unknown[]): unknown => found(...values);
  Reflect.set(fs, name, (...values: unknown[]) => {
    calls += 1;
    if (calls === diesAt) die(name, values, original);
    if (calls >= failsFrom && isRefused(name, values)) throw Object.assign(new Error(`${code}: ${name}`), { code });
    return original(...values);
  });
}
syncBuiltinESMExports();

const context = { root, keepFolder, signal: new AbortController().signal, output: () => undefined };
try {
  await (act === 'place' ? placeArtifacts(order, context) : putBack(context));
  process.send?.({ calls });
} catch (error) {
  process.send?.({ calls, failure: String(error) });
}

/** A full disk takes no bytes, and nothing new but names; one that is read-only takes nothing. */
function isRefused(name: string, [place, flags]: unknown[]): boolean {
  if (name === 'openSync') return typeof flags === 'string' && flags !== 'r';
  if (name === 'mkdirSync' && existsSync(String(place))) return false;
  return code === 'EROFS' || ['mkdirSync', 'symlinkSync', 'writeSync'].includes(name);
}

/** A write that is cut off leaves a half behind. */
function die(name: string, [handle, bytes]: unknown[], write: (...values: unknown[]) => unknown): void {
  if (name === 'writeSync' && bytes instanceof Uint8Array) write(handle, bytes.subarray(0, bytes.length / 2));
  process.kill(process.pid, 'SIGKILL');
}
