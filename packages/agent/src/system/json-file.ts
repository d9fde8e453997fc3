import path from 'node:path';
import type { z } from 'zod';
import { spendReserve } from './disk-reserve.ts';
import { readIfThere, removeDurably, writeDurably } from './durable-file.ts';
import { hasCode } from './files.ts';

/** One value kept on disk across power cuts. */
export type JsonFile<T> = { read: () => T | null; write: (value: T) => void; remove: () => void };

/** A file of the agent holds what the agent has not written, in one sentence with what to do. */
export class DamagedState extends Error {}

/** A file of the agent cannot be written at the moment: the disk is full, or takes nothing. */
export class StateNotWritable extends Error {
  /** A stable word, as results of updates have it. */
  readonly reason: string;

  constructor(reason: string, message: string) {
    super(message);
    this.reason = reason;
  }
}

/**
 * A file that holds one JSON value of a known form. Reading throws DamagedState where the file holds anything else;
 * writing and removing throw StateNotWritable where the disk does not take it.
 * @param loss what happens where somebody removes the file, for people
 */
export function jsonFile<T>(file: string, schema: z.ZodType<T>, loss: string | null = null): JsonFile<T> {
  return {
    read: () => {
      const text = readIfThere(file);
      return text === null ? null : parse(file, text, schema, loss);
    },
    write: (value) => demandDisk(file, () => writeWithReserve(file, JSON.stringify(value))),
    remove: () => demandDisk(file, () => removeDurably(file)),
  };
}

/** Does work on a file of the agent; throws StateNotWritable where the disk does not take it. */
export function demandDisk(file: string, work: () => void): void {
  try {
    work();
  } catch (error) {
    const fault = diskFaults.find(({ codes }) => hasCode(error, ...codes));
    throw fault ? new StateNotWritable(fault.reason, `${file} cannot be written: ${fault.words}.`) : error;
  }
}

/** What the agent has to write down must not fail because a step has filled the disk. */
function writeWithReserve(file: string, text: string): void {
  try {
    writeDurably(file, text);
  } catch (error) {
    if (!hasCode(error, 'ENOSPC', 'EDQUOT') || !spendReserve(path.dirname(file))) throw error;
    writeDurably(file, text);
  }
}

const diskFaults = [
  { codes: ['ENOSPC', 'EDQUOT'], reason: 'no_room', words: 'the disk is full' },
  { codes: ['EROFS'], reason: 'read_only', words: 'its file system is read-only' },
  { codes: ['EIO'], reason: 'disk_broken', words: 'the disk does not work' },
];

function parse<T>(file: string, text: string, schema: z.ZodType<T>, loss: string | null): T {
  const found = jsonIn(text);
  const read = schema.safeParse(found);
  if (found !== undefined && read.success) return read.data;
  // Every write is a rename: a damaged file was changed by somebody else, and guessing what it meant could run an
  // update twice.
  const issue = read.error?.issues[0];
  const where = issue && issue.path.length > 0 ? ` at ${issue.path.join('.')}` : '';
  const what = found === undefined ? 'it is not JSON' : `it holds what this version does not know${where}`;
  const consequence = loss === null ? '' : `; ${loss}`;
  throw new DamagedState(`${file} is damaged: ${what}. Put a whole copy in its place, or remove it${consequence}.`);
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
