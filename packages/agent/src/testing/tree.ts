import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import path from 'node:path';

/** All that is below a folder: names, kinds, modes, owners and contents. */
export function treeOf(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  return Object.fromEntries(names.map((name) => [name, describe(path.join(folder, name))]));
}

function describe(file: string): string {
  const found = lstatSync(file);
  const who = `${found.uid}:${found.gid}`;
  const mode = (found.mode & 0o7777).toString(8);
  if (found.isSymbolicLink()) return `link ${who} to ${readlinkSync(file)}`;
  if (found.isDirectory()) return `folder ${who} ${mode}`;
  return `file ${who} ${mode}: ${readFileSync(file, 'latin1')}`;
}
