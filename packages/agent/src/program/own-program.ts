import { isSea } from 'node:sea';
import type { ProgramKind } from './offer.rules.ts';

/** What runs here: one file for Node.js, or an executable that holds Node.js itself. */
export function ownKind(): ProgramKind {
  return isSea() ? 'executable' : 'node';
}

/** The file of the program that runs here. */
export function ownFile(): string {
  return isSea() ? process.execPath : (process.argv[1] ?? '');
}
