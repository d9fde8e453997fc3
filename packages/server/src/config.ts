import { homedir } from 'node:os';
import { join } from 'node:path';

/** Every setting of the server. This file is the only one that reads the environment. */
export type Config = {
  /** TIDEWAY_HOME: folder of the embedded database and of the artifacts. */
  home: string;
  /** TIDEWAY_HOST: address to listen on; all of them by default. */
  host: string;
  /** TIDEWAY_PORT: 0 takes a free one. */
  port: number;
  /** DATABASE_URL: a PostgreSQL 15 or newer of one's own; null runs the embedded one. */
  databaseUrl: string | null;
  /** TIDEWAY_OWNER_EMAIL and TIDEWAY_OWNER_PASSWORD: who owns the account that the first start makes. */
  owner: { email: string; password: string | null };
  /** TIDEWAY_POLL_AFTER_S: seconds between two polls of a device that has nothing to do. */
  pollAfterS: number;
  /** TIDEWAY_MAX_ARTIFACT_MB: largest artifact, in MiB. */
  maxArtifactBytes: number;
  /** TIDEWAY_LOG_LEVEL: `debug`, `info`, `warn`, `error` or `silent`. */
  logLevel: string;
};

/** Reads the settings, or says which variable is wrong and what was expected. */
export function readConfig(env: NodeJS.ProcessEnv = process.env): Config | { fault: string } {
  const port = readNumber(env, 'TIDEWAY_PORT', 8080, 0, 65_535);
  const pollAfterS = readNumber(env, 'TIDEWAY_POLL_AFTER_S', 25, 0.05, 86_400);
  const maxArtifactMb = readNumber(env, 'TIDEWAY_MAX_ARTIFACT_MB', 8192, 1, 1_048_576);
  const logLevel = env.TIDEWAY_LOG_LEVEL ?? 'info';
  for (const read of [port, pollAfterS, maxArtifactMb]) if (typeof read === 'string') return { fault: read };
  if (!logLevels.includes(logLevel)) {
    return { fault: `TIDEWAY_LOG_LEVEL must be one of: ${logLevels.join(', ')}` };
  }
  const ownerPassword = env.TIDEWAY_OWNER_PASSWORD || null;
  if (ownerPassword !== null && !env.TIDEWAY_OWNER_EMAIL) {
    return { fault: 'TIDEWAY_OWNER_PASSWORD is set, but TIDEWAY_OWNER_EMAIL is not' };
  }
  return {
    home: env.TIDEWAY_HOME || join(homedir(), '.tideway'),
    host: env.TIDEWAY_HOST || '::',
    port: Number(port),
    databaseUrl: env.DATABASE_URL || null,
    owner: { email: env.TIDEWAY_OWNER_EMAIL || 'owner@localhost', password: ownerPassword },
    pollAfterS: Number(pollAfterS),
    maxArtifactBytes: Number(maxArtifactMb) * 1024 * 1024,
    logLevel,
  };
}

const logLevels = ['debug', 'info', 'warn', 'error', 'silent'];

function readNumber(env: NodeJS.ProcessEnv, name: string, preset: number, min: number, max: number): number | string {
  const text = env[name];
  if (text === undefined || text === '') return preset;
  const value = Number(text);
  return value >= min && value <= max ? value : `${name} must be a number from ${min} to ${max}, not "${text}"`;
}
