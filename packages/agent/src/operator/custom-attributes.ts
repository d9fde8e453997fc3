import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Log } from '../log.ts';
import { isExecutable } from '../system/find-program.ts';
import { CommandNotStarted, runCommand } from '../system/process.ts';
import { readAttributes } from './custom-attributes.rules.ts';
import { namesIn } from './owner-folder.ts';

/** Where the owner of a device says more about it, below its root. */
export const attributesFolder = '/etc/tideway/attributes.d';

/**
 * What the files of the folder say, in the order of their names: a program is run and its output read, any other file is
 * read itself, and each line is `key=value`. What says nothing usable is left out, and the log says why.
 */
export async function customAttributes(
  root: string,
  environment: Record<string, string>,
  log: Log,
): Promise<Record<string, string>> {
  const folder = path.join(root, attributesFolder);
  const found: Record<string, string> = {};
  const leaveOut = (left: string, error: unknown) =>
    log.warn(`${left} is left out: ${error instanceof Error ? error.message : String(error)}`);
  for (const name of namesOrNone(folder, leaveOut)) {
    const file = path.join(folder, name);
    const text = await textOf(file, root, environment).catch((error: unknown) => {
      leaveOut(file, error);
      return '';
    });
    const { attributes, faults } = readAttributes(text);
    for (const fault of faults) log.warn(`${file}: ${fault}`);
    Object.assign(found, attributes);
  }
  return found;
}

function namesOrNone(folder: string, leaveOut: (folder: string, error: unknown) => void): string[] {
  try {
    return namesIn(folder);
  } catch (error) {
    leaveOut(folder, error);
    return [];
  }
}

const longestMs = 10_000;
const maxCharacters = 64 * 1024;

async function textOf(file: string, root: string, environment: Record<string, string>): Promise<string> {
  if (!statSync(file).isFile()) return '';
  if (!isExecutable(file)) return readFileSync(file, 'utf8').slice(0, maxCharacters);
  let text = '';
  const end = await runCommand({
    program: file,
    arguments: [],
    folder: root,
    environment: { ...environment, TIDEWAY_ROOT: root },
    output: (piece) => {
      text = (text + piece).slice(0, maxCharacters);
    },
    signal: AbortSignal.timeout(longestMs),
  }).catch((error: unknown) => {
    if (error instanceof CommandNotStarted) throw error;
    throw new Error(`it took longer than ${longestMs / 1000} s.`);
  });
  if (end.exitCode !== 0) throw new Error(`it ended with ${end.killedBy ?? `exit code ${end.exitCode}`}.`);
  return text;
}
