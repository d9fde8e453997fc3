import type { Batches } from './batch/batches.ts';
import type { BlobStore } from './blob-store/blob-store.ts';
import type { Db } from './database/database.ts';
import type { Log } from './log.ts';

/** What use cases work with. Each asks for the part of it that it needs. */
export type Deps = {
  db: Db;
  /** Brings the work of many callers together. */
  batches: Batches<Omit<Deps, 'batches'>>;
  blobs: BlobStore;
  log: Log;
  /** Bytes of a cryptographic source. */
  randomBytes: (count: number) => Uint8Array;
  installation: Installation;
  settings: Settings;
};

/** What this installation is known by and signs with; made once, at its first start. */
export type Installation = { publicId: string; ticketKey: Uint8Array; secretsKey: Uint8Array };

/** Settings that use cases follow; `config.ts` reads them. */
export type Settings = {
  /** Seconds between two polls of a device that has nothing to do. */
  pollAfterS: number;
  /** Largest artifact, in bytes. */
  maxArtifactBytes: number;
};
