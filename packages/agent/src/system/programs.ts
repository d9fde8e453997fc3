import { accessSync, constants, statSync } from 'node:fs';
import path from 'node:path';

/** Whether a command with this environment finds the program. */
export function isInPath(environment: Record<string, string>, program: string): boolean {
  return (environment.PATH ?? '').split(path.delimiter).some((folder) => isProgram(path.join(folder, program)));
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
