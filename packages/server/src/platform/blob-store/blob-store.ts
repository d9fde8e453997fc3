import type { Readable } from 'node:stream';

/** Keeps bytes under a key that is never written twice: artifacts, output of updates. */
export type BlobStore = {
  /**
   * Keeps what `bytes` gives, hashed while it arrives. The blob is there as a whole or not at all; a stream that breaks
   * off or holds more than `maxBytes` (then BlobTooLarge is thrown) leaves nothing behind. Throws BlobExists where the
   * key is taken.
   */
  put: (key: string, bytes: Readable, maxBytes: number) => Promise<StoredBlob>;
  /** The bytes from `start` to `end` (both included; all where left out), or null where there is no such blob. */
  get: (key: string, range?: { start: number; end: number }) => Promise<Readable | null>;
  /** Keys below the folder `prefix` (whole segments), in their order. */
  list: (prefix: string) => Promise<string[]>;
  /** Removes a blob; no error where there is none. */
  remove: (key: string) => Promise<void>;
  /** Removes all blobs below the folder `prefix`; no error where there is none. */
  removeFolder: (prefix: string) => Promise<void>;
};

/** `sha256` is hex, `size` is in bytes. */
export type StoredBlob = { sha256: string; size: number };

export class BlobTooLarge extends Error {}

export class BlobExists extends Error {}
