import {
  chmodSync,
  closeSync,
  constants,
  fchmodSync,
  futimesSync,
  linkSync,
  mkdirSync,
  openSync,
  symlinkSync,
  writeSync,
} from 'node:fs';
import { copyFile } from 'node:fs/promises';
import path from 'node:path';
import { StepFailure } from '../steps/step.ts';
import { inWords, makeRoom } from '../system/disk.ts';
import { garbageCollection } from '../system/garbage-collection.ts';
import { linkFault, placeOf } from './entry.rules.ts';

export type TreeEntry = { kind: 'folder' | 'file' | 'link'; mode: number };

/** An archive holds what is not taken. */
export class ArchiveFault extends Error {}

/**
 * Builds a tree below a folder of our own that nobody else writes to: nothing is ever written through a link or over
 * anything. Throws ArchiveFault for what is not taken. Synchronous, since an awaited call for each file is ten times
 * slower; who calls it paces.
 */
export class TreeWriter {
  readonly folder: string;
  /** What was built, by place, folders before what they hold. Folders get their mode from whoever puts them in place. */
  readonly entries = new Map<string, TreeEntry>();
  private room: number;
  private used = 0;
  private readonly collectGarbage = garbageCollection();

  /** @param room bytes that may be written; below zero where less is free than is to stay so */
  constructor(folder: string, room: number) {
    this.folder = folder;
    this.room = room;
  }

  addFolder(name: string, mode: number): void {
    const place = readPlace(name);
    if (place === '') return;
    this.ensureFolder(place);
    this.entries.set(place, { kind: 'folder', mode });
  }

  /** Begins a file; `end` is to be called whatever happens. */
  openFile(name: string, mode: number, changedAt: Date): { write: (chunk: Uint8Array) => void; end: () => void } {
    const place = this.claim(name, { kind: 'file', mode });
    const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
    const handle = openSync(this.fileAt(place), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
    return {
      write: (chunk) => {
        this.use(chunk.byteLength);
        for (let at = 0; at < chunk.byteLength; at += writeSync(handle, chunk, at));
        this.collectGarbage(chunk.byteLength);
      },
      end: () => {
        fchmodSync(handle, mode);
        futimesSync(handle, changedAt, changedAt);
        closeSync(handle);
      },
    };
  }

  /** Copies a file from elsewhere. */
  async addCopy(name: string, mode: number, source: { file: string; size: number }): Promise<void> {
    const place = this.claim(name, { kind: 'file', mode });
    this.use(source.size);
    await copyFile(source.file, this.fileAt(place), constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    chmodSync(this.fileAt(place), mode);
  }

  addLink(name: string, target: string): void {
    const place = readPlace(name);
    const fault = linkFault(place, target);
    if (fault !== null) throw new ArchiveFault(fault);
    this.claim(name, { kind: 'link', mode: 0o777 });
    symlinkSync(target, this.fileAt(place));
  }

  /** A second name for a file that the tree already holds. */
  addHardLink(name: string, target: string): void {
    const existing = readPlace(target);
    const entry = this.entries.get(existing);
    if (entry?.kind !== 'file') {
      throw new ArchiveFault(`${JSON.stringify(name)} is a hard link to ${JSON.stringify(target)}, no file before it`);
    }
    linkSync(this.fileAt(existing), this.fileAt(this.claim(name, entry)));
  }

  fileAt(place: string): string {
    return path.join(this.folder, place);
  }

  private claim(name: string, entry: TreeEntry): string {
    const place = readPlace(name);
    if (place === '') throw new ArchiveFault(`${JSON.stringify(name)} names the folder itself`);
    if (this.entries.has(place)) throw new ArchiveFault(`${JSON.stringify(place)} is there twice`);
    this.ensureFolder(parentOf(place));
    this.entries.set(place, entry);
    this.use(blockBytes);
    if (this.entries.size > mostEntries) throw new ArchiveFault(`it has more than ${mostEntries} entries`);
    return place;
  }

  private ensureFolder(place: string): void {
    if (place === '') return;
    const present = this.entries.get(place);
    if (present?.kind === 'folder') return;
    if (present) throw new ArchiveFault(`${JSON.stringify(place)} is a ${present.kind}, and no folder`);
    this.ensureFolder(parentOf(place));
    this.use(blockBytes);
    mkdirSync(this.fileAt(place), { mode: 0o700 });
    this.entries.set(place, { kind: 'folder', mode: 0o755 });
  }

  private use(bytes: number): void {
    this.used += bytes;
    if (this.used > this.room) this.room += makeRoom(this.folder, this.used - this.room);
    if (this.used <= this.room) return;
    throw new StepFailure('no_room', `It needs more than the ${inWords(Math.max(0, this.room))} that may be used.`);
  }
}

/** What an entry takes on the disk beside its bytes. */
const blockBytes = 4096;

/** More would take too much memory to keep account of. */
const mostEntries = 500_000;

function readPlace(name: string): string {
  const read = placeOf(name);
  if ('fault' in read) throw new ArchiveFault(read.fault);
  return read.place;
}

function parentOf(place: string): string {
  return place.slice(0, Math.max(0, place.lastIndexOf('/')));
}
