import { readdirSync } from 'node:fs';
import { hasCode } from '../system/files.ts';

/**
 * Names in a folder that the owner of a device may fill, in their order, without hidden files and those of editors.
 * Throws where the folder cannot be read.
 */
export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => !name.startsWith('.') && !name.endsWith('~'))
      .sort();
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return [];
    throw error;
  }
}
