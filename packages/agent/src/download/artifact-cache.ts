import { createHash } from 'node:crypto';
import { createReadStream, readdirSync, rmSync, type Stats, statSync, utimesSync } from 'node:fs';
import path from 'node:path';
import type { PlanArtifact } from '@tideway/protocol';
import { diskBytes, freeBytes, inWords } from '../system/disk.ts';
import { makePrivateFolder } from '../system/durable-file.ts';
import { hasCode, linkIfPossible, lookAt } from '../system/files.ts';
import { garbageCollection } from '../system/garbage-collection.ts';
import type { DownloadSource } from './resumable-download.ts';

/**
 * What earlier updates have fetched, and what has come of it so far, by SHA-256: no byte is fetched twice. Files have a
 * second name here, so that what is removed stays with the update that uses it. Gives way where the disk is low.
 */
export class ArtifactCache {
  private readonly folder: string;
  private readonly maxBytes: number;
  private readonly keepFree: (diskBytes: number) => number;
  private used: ReadonlySet<string> = new Set();

  /** @param maxBytes of what no update uses; with 0 nothing is kept */
  constructor(options: { folder: string; maxBytes: number; keepFree: (diskBytes: number) => number }) {
    this.folder = options.folder;
    this.maxBytes = options.maxBytes;
    this.keepFree = options.keepFree;
    makePrivateFolder(this.folder);
  }

  /**
   * An update begins or goes on that needs these; what has come of them is not removed. Nothing is before the first call:
   * it may be of the update that an earlier run of the agent has left.
   */
  use(artifacts: readonly PlanArtifact[]): void {
    this.used = new Set(artifacts.map(({ sha256 }) => sha256));
    this.trim();
  }

  /** Puts the artifact at `file`, its bytes verified anew; false where it has to be fetched. */
  async take(
    artifact: PlanArtifact,
    file: string,
    { signal, output }: Pick<DownloadSource, 'signal' | 'output'>,
  ): Promise<boolean> {
    const kept = this.fileOf(artifact);
    if (!lookAt(kept)) return false;
    if ((await sha256Of(kept, signal)) !== artifact.sha256) {
      output(`The copy of ${artifact.path} in the cache is damaged.\n`);
      rmSync(kept);
      return false;
    }
    if (!linkIfPossible(kept, file)) return false;
    markUsed(kept);
    output(`Taking ${artifact.path} (${inWords(artifact.size)}) from the cache.\n`);
    return true;
  }

  /** Where what has come of an artifact so far is kept across updates. */
  partOf(artifact: PlanArtifact): string {
    return `${this.fileOf(artifact)}${partEnding}`;
  }

  /** Keeps a verified file for later updates, where there is room. */
  keep(artifact: PlanArtifact, file: string): void {
    if (artifact.size > this.maxBytes || lookAt(this.fileOf(artifact))) return;
    if (linkIfPossible(file, this.fileOf(artifact))) markUsed(file);
    this.trim();
  }

  /** Removes what frees `bytes` on the file system of a folder, the longest unused first. */
  giveWay(folder: string, bytes: number): void {
    if (statSync(folder).dev !== statSync(this.folder).dev) return;
    let freed = 0;
    for (const entry of this.entries()) {
      if (freed >= bytes) return;
      if (!entry.isSpare) continue;
      remove(entry);
      freed += entry.bytes;
    }
  }

  private trim(): void {
    const entries = this.entries();
    let bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0);
    for (const entry of entries) {
      const isLow = entry.isSpare && freeBytes(this.folder) < this.keepFree(diskBytes(this.folder));
      if (bytes <= this.maxBytes && !isLow) continue;
      if (entry.isInWork) continue;
      remove(entry);
      bytes -= entry.bytes;
    }
  }

  /** What is kept, the longest unused first. */
  private entries(): Entry[] {
    const names = readdirSync(this.folder).filter((name) => !name.endsWith(etagEnding));
    return names
      .map((name) => this.entryOf(name, statSync(path.join(this.folder, name))))
      .sort((one, other) => one.usedMs - other.usedMs);
  }

  private entryOf(name: string, { blocks, nlink, mtimeMs }: Stats): Entry {
    const isInWork = name.endsWith(partEnding) && this.used.has(name.slice(0, -partEnding.length));
    // The bytes of a file that has another name stay where they are.
    const isSpare = nlink === 1 && !isInWork;
    return { file: path.join(this.folder, name), bytes: blocks * 512, usedMs: mtimeMs, isInWork, isSpare };
  }

  private fileOf({ sha256 }: PlanArtifact): string {
    return path.join(this.folder, sha256);
  }
}

type Entry = { file: string; bytes: number; usedMs: number; isInWork: boolean; isSpare: boolean };

const partEnding = '.part';
const etagEnding = '.etag';

function remove({ file }: Entry): void {
  rmSync(file, { force: true });
  rmSync(`${file}${etagEnding}`, { force: true });
}

function markUsed(file: string): void {
  const now = new Date();
  utimesSync(file, now, now);
}

/** Null where the file cannot be read to its end: a disk that wears out. */
async function sha256Of(file: string, signal: AbortSignal): Promise<string | null> {
  const hash = createHash('sha256');
  const collectGarbage = garbageCollection();
  try {
    for await (const chunk of createReadStream(file, { signal })) {
      hash.update(chunk);
      collectGarbage(chunk.length);
    }
  } catch (error) {
    signal.throwIfAborted();
    if (hasCode(error, 'EIO')) return null;
    throw error;
  }
  return hash.digest('hex');
}
