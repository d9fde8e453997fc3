import { accessSync, constants, statSync } from 'node:fs';
import path from 'node:path';

/** Where the PATH of an environment has a program; null where it has none. */
export function findProgram(name: string, environment: Record<string, string>): string | null {
  const folders = (environment.PATH ?? '').split(path.delimiter).filter((folder) => path.isAbsolute(folder));
  return folders.map((folder) => path.join(folder, name)).find(isExecutable) ?? null;
}

/** Whether a file may be executed. */
export function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
