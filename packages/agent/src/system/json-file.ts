import type { z } from 'zod';
import { readIfThere, removeDurably, writeDurably } from './durable-file.ts';

/** One value kept on disk across power cuts. */
export type JsonFile<T> = { read: () => T | null; write: (value: T) => void; remove: () => void };

/** A file that holds one JSON value of a known form. Reading throws where the file holds anything else. */
export function jsonFile<T>(file: string, schema: z.ZodType<T>): JsonFile<T> {
  return {
    read: () => {
      const text = readIfThere(file);
      return text === null ? null : parse(file, text, schema);
    },
    write: (value) => writeDurably(file, JSON.stringify(value)),
    remove: () => removeDurably(file),
  };
}

function parse<T>(file: string, text: string, schema: z.ZodType<T>): T {
  try {
    return schema.parse(JSON.parse(text));
  } catch (error) {
    // Every write is a rename: a damaged file was changed by somebody else, and guessing what it meant could run an
    // update twice.
    throw new Error(`${file} is damaged; repair or remove it. ${error instanceof Error ? error.message : ''}`);
  }
}
