import type { Batches } from './batch/batches.ts';
import type { BlobStore } from './blob-store/blob-store.ts';
import type { Db } from './database/database.ts';
import type { Limits, RateLimits } from './limits/limits.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics/metrics.ts';
import type { Changes } from './wake/changes.ts';
import type { Wakes } from './wake/wakes.ts';

/** What use cases work with. Each asks for the part of it that it needs. */
export type Deps = {
  db: Db;
  /** This running server among those on its database; a new one at each start. */
  serverId: string;
  /** Brings the work of many callers together. */
  batches: Batches<Omit<Deps, 'batches'>>;
  blobs: BlobStore;
  log: Log;
  metrics: Metrics;
  rates: RateLimits;
  /** When each access token was last used, and each user last seen. */
  lastUses: {
    note: (use: Use) => void;
    /** Writes down at once all that is noted; where the database is away, it stays noted. */
    writeAll: () => Promise<void>;
    start: () => void;
    stop: () => Promise<void>;
  };
  /** Bytes of a cryptographic source. */
  randomBytes: (count: number) => Uint8Array;
  installation: Installation;
  wakes: Wakes;
  changes: Changes;
  settings: Settings;
};

/** Whoever has shown a good access token (`tokenId`) or session (null). */
export type Use = { userId: number; tokenId: string | null };

/** What this installation is known by and signs with; made once, at its first start. */
export type Installation = { publicId: string; ticketKey: Uint8Array; secretsKey: Uint8Array };

/** Settings that use cases follow; `config.ts` reads them. */
export type Settings = {
  /** Seconds between two polls of a device that has nothing to do. */
  pollAfterS: number;
  /** Milliseconds between two looks for what is due; 5,000 where it is left out. */
  lookEveryMs?: number;
  /** Devices that are woken in a second, at most. */
  wakesPerS: number;
  /** Largest artifact, in bytes. */
  maxArtifactBytes: number;
  /** Seconds after which a finished deployment is archived; null: never. */
  keepFinishedS: number | null;
  limits: Limits;
  /** Opens `/metrics` to who shows it; null opens it to callers on the same machine. */
  metricsToken: string | null;
  /** Addresses of proxies whose word on where a caller comes from counts. */
  trustedProxies: string[];
  /** Address by which devices and people reach this server, without a slash at its end; null: not known. */
  publicUrl: string | null;
  /** Folder of the agent's program that is given out. */
  agentFiles: string;
  /** Folder of the built dashboard. */
  dashboardFiles: string;
  /** Seconds over which agents spread the update of their own program; null: they are told of none. */
  agentUpdateSpreadS: number | null;
};
