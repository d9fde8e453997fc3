import { existsSync } from 'node:fs';
import path from 'node:path';

/** Whether a test can use this program of the system; `npm test` installs what it needs where it may. */
export function hasProgram(program: string): boolean {
  const folders = [...(process.env.PATH ?? '').split(path.delimiter), '/usr/sbin', '/sbin'];
  return folders.some((folder) => existsSync(path.join(folder, program)));
}
