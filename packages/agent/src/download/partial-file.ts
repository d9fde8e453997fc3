import { createHash, type Hash } from 'node:crypto';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import path from 'node:path';
import type { Range } from '../channel/server-door.ts';
import { readIfThere } from '../system/durable-file.ts';
import { garbageCollection } from '../system/garbage-collection.ts';

/** What has come of an artifact so far, with the running SHA-256 of it. Outlives the agent. */
export class PartialFile {
  /** Whether its bytes come from more than one answer. */
  isResumed: boolean;
  private readonly file: string;
  private readonly handle: FileHandle;
  private hash: Hash;
  private bytes: number;

  private constructor(file: string, handle: FileHandle, hash: Hash, bytes: number) {
    this.file = file;
    this.handle = handle;
    this.hash = hash;
    this.bytes = bytes;
    this.isResumed = bytes > 0;
  }

  static async open(file: string, signal: AbortSignal): Promise<PartialFile> {
    const handle = await open(file, 'a+', 0o600);
    const hash = createHash('sha256');
    const collectGarbage = garbageCollection();
    let bytes = 0;
    for await (const chunk of handle.createReadStream({ start: 0, autoClose: false, signal })) {
      hash.update(chunk);
      bytes += chunk.length;
      collectGarbage(chunk.length);
    }
    return new PartialFile(file, handle, hash, bytes);
  }

  get folder(): string {
    return path.dirname(this.file);
  }

  get size(): number {
    return this.bytes;
  }

  get sha256(): string {
    return this.hash.copy().digest('hex');
  }

  /** What to ask the server for; undefined for everything. */
  get resumption(): Range | undefined {
    const etag = readIfThere(this.etagFile);
    return this.bytes > 0 && etag ? { from: this.bytes, etag } : undefined;
  }

  /** Begins anew, with bytes that have this entity tag. */
  async restart(etag: string | null): Promise<void> {
    await this.handle.truncate(0);
    this.hash = createHash('sha256');
    this.bytes = 0;
    this.isResumed = false;
    // RFC 9110, 13.1.5: a weak tag does not tell whether a part fits.
    writeFileSync(this.etagFile, etag?.startsWith('"') ? etag : '', { mode: 0o600 });
  }

  async append(chunk: Uint8Array): Promise<void> {
    const written = this.handle.appendFile(chunk);
    // The disk takes it meanwhile.
    this.hash.update(chunk);
    await written;
    this.bytes += chunk.byteLength;
  }

  /** Puts the whole file in its place. A power cut leaves it there, or here as a part that lacks nothing. */
  async finish(place: string): Promise<void> {
    await this.handle.sync();
    renameSync(this.file, place);
    rmSync(this.etagFile, { force: true });
  }

  remove(): void {
    rmSync(this.file, { force: true });
    rmSync(this.etagFile, { force: true });
  }

  async close(): Promise<void> {
    await this.handle.close();
  }

  private get etagFile(): string {
    return `${this.file}.etag`;
  }
}
