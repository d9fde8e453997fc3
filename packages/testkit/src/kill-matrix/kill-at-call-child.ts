import { ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import fsPromises from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { Socket } from 'node:net';

/**
 * Preloaded into a real agent (`node --import`): counts its calls of the system, or those of them whose name and first
 * text match an expression, and kills it without warning before, in the middle of or after the one that the environment
 * names. Each call is noted in a file where one is named.
 */
const diesAt = Number(process.env.TIDEWAY_KILL_AT ?? 0);
const mayDie = new RegExp(process.env.TIDEWAY_KILL_OF ?? '');
const how = process.env.TIDEWAY_KILL_HOW ?? 'before';
const notes = process.env.TIDEWAY_KILL_NOTES;
const append = fs.appendFileSync;
let calls = 0;
let isWithin = false;

const ofFiles = [
  'appendFileSync chmodSync chownSync closeSync fsyncSync lchownSync linkSync mkdirSync openSync renameSync',
  'rmSync rmdirSync symlinkSync truncateSync unlinkSync utimesSync writeFileSync writeSync',
].flatMap((names) => names.split(' '));
const handle = await fsPromises.open(process.execPath);
await handle.close();

for (const name of ofFiles) watch(fs, name);
for (const name of ['copyFile', 'open']) watch(fsPromises, name);
for (const name of ['appendFile', 'sync', 'truncate']) watch(Object.getPrototypeOf(handle), name);
// Both `spawn` and `execFile` come to this one.
watch(ChildProcess.prototype, 'spawn');
// What goes out over any connection, and what comes in before anybody has looked at it.
for (const name of ['write', 'push']) watch(Socket.prototype, name);
syncBuiltinESMExports();

type Call = (...values: unknown[]) => unknown;

function watch(owner: object, name: string): void {
  const found: unknown = Reflect.get(owner, name);
  if (typeof found !== 'function') throw new Error(`There is no ${name}`);
  const watched = function (this: unknown, ...values: unknown[]): unknown {
    const call: Call = (...changed) => Reflect.apply(found, this, changed);
    // Some of these calls make others of them.
    if (isWithin) return call(...values);
    isWithin = true;
    try {
      const label = `${name} ${textIn(values)}`;
      if (notes !== undefined) append(notes, `${label}\n`);
      if (!mayDie.test(label)) return call(...values);
      calls += 1;
      return calls === diesAt ? die(name, values, call) : call(...values);
    } finally {
      isWithin = false;
    }
  };
  // `promisify` and the like hang on properties of the function.
  Object.defineProperties(watched, Object.getOwnPropertyDescriptors(found));
  Reflect.set(owner, name, watched);
}

function textIn([first]: unknown[]): string {
  return typeof first === 'string' ? first.slice(0, 200).replaceAll('\n', ' ') : '';
}

function die(name: string, values: unknown[], call: Call): unknown {
  if (how === 'half') halve(name, values, call);
  if (how !== 'after') kill();
  const done = call(...values);
  if (!(done instanceof Promise)) kill();
  return (done as Promise<unknown>).finally(kill);
}

/** What is cut off in the middle leaves its first half behind. */
function halve(name: string, values: unknown[], call: Call): void {
  const at = ['writeFileSync', 'writeSync', 'appendFileSync'].includes(name) ? 1 : name === 'write' ? 0 : -1;
  const whole = values[at];
  if (typeof whole !== 'string' && !(whole instanceof Uint8Array)) return;
  call(...values.with(at, whole.slice(0, Math.floor(whole.length / 2))));
}

function kill(): never {
  process.kill(process.pid, 'SIGKILL');
  throw new Error('Killed');
}
