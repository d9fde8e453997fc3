import { isIP } from 'node:net';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { durationSeconds } from '@tideway/protocol';
import { defaultLimits, type Limits } from './platform/limits/limits.ts';

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
  /** TIDEWAY_WAKES_PER_S: devices that are woken over their channels in a second, at most. */
  wakesPerS: number;
  /** TIDEWAY_MAX_ARTIFACT_MB: largest artifact, in MiB. */
  maxArtifactBytes: number;
  /** TIDEWAY_KEEP_FINISHED: seconds after which a finished deployment is archived; null, written `forever`: never. */
  keepFinishedS: number | null;
  /** TIDEWAY_TOKEN_…, TIDEWAY_DEVICE_…, TIDEWAY_FAILURES_…, TIDEWAY_MAX_…: how much may be asked of the server. */
  limits: Limits;
  /** TIDEWAY_METRICS_TOKEN: opens `/metrics` to who shows it; null opens it to callers on the same machine. */
  metricsToken: string | null;
  /** TIDEWAY_TRUSTED_PROXIES: addresses of proxies whose `x-forwarded-for` counts, separated by commas. */
  trustedProxies: string[];
  /** TIDEWAY_PUBLIC_URL: address by which devices and people reach this server, without a slash at its end. */
  publicUrl: string | null;
  /** TIDEWAY_AGENT_FILES: folder of the agent's program that devices get; `agent` beside this one by default. */
  agentFiles: string;
  /** TIDEWAY_DASHBOARD_FILES: folder of the built dashboard; `dashboard` beside this one by default. */
  dashboardFiles: string;
  /** TIDEWAY_AGENT_UPDATES, TIDEWAY_AGENT_UPDATE_SPREAD: seconds; null, where the first is `off`: agents stay as they are. */
  agentUpdateSpreadS: number | null;
  /** TIDEWAY_LOG_LEVEL: `debug`, `info`, `warn`, `error` or `silent`. */
  logLevel: string;
};

/** Reads the settings, or says which variable is wrong and what was expected. */
export function readConfig(env: NodeJS.ProcessEnv = process.env): Config | { fault: string } {
  const port = readNumber(env, 'TIDEWAY_PORT', 8080, 0, 65_535);
  const pollAfterS = readNumber(env, 'TIDEWAY_POLL_AFTER_S', 25, 0.05, 86_400);
  const wakesPerS = readNumber(env, 'TIDEWAY_WAKES_PER_S', 2000, 1, 1_000_000);
  const maxArtifactMb = readNumber(env, 'TIDEWAY_MAX_ARTIFACT_MB', 8192, 1, 1_048_576);
  const logLevel = env.TIDEWAY_LOG_LEVEL ?? 'info';
  for (const read of [port, pollAfterS, wakesPerS, maxArtifactMb]) if (typeof read === 'string') return { fault: read };
  if (!logLevels.includes(logLevel)) {
    return { fault: `TIDEWAY_LOG_LEVEL must be one of: ${logLevels.join(', ')}` };
  }
  const keepFinishedS = readKeep(env, 'TIDEWAY_KEEP_FINISHED', '365d');
  if (typeof keepFinishedS === 'string') return { fault: keepFinishedS };
  const agentUpdateSpreadS = readAgentUpdates(env);
  if (typeof agentUpdateSpreadS === 'string') return { fault: agentUpdateSpreadS };
  const limits = readLimits(env);
  if ('fault' in limits) return limits;
  const trustedProxies = (env.TIDEWAY_TRUSTED_PROXIES ?? '').split(/[\s,]+/).filter((word) => word !== '');
  const untrue = trustedProxies.find((word) => !isAddressRange(word));
  if (untrue !== undefined) {
    return { fault: `TIDEWAY_TRUSTED_PROXIES must be addresses or ranges as 10.0.0.0/8, not "${untrue}"` };
  }
  const publicUrl = readPublicUrl(env.TIDEWAY_PUBLIC_URL || null);
  if (publicUrl !== null && 'fault' in publicUrl) return publicUrl;
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
    wakesPerS: Number(wakesPerS),
    maxArtifactBytes: Number(maxArtifactMb) * 1024 * 1024,
    keepFinishedS,
    limits,
    metricsToken: env.TIDEWAY_METRICS_TOKEN || null,
    trustedProxies,
    publicUrl: publicUrl?.url ?? null,
    agentFiles: resolve(env.TIDEWAY_AGENT_FILES || fileURLToPath(new URL('agent', import.meta.url))),
    dashboardFiles: resolve(env.TIDEWAY_DASHBOARD_FILES || fileURLToPath(new URL('dashboard', import.meta.url))),
    agentUpdateSpreadS,
    logLevel,
  };
}

function readLimits(env: NodeJS.ProcessEnv): Limits | { fault: string } {
  const faults: string[] = [];
  const read = (name: string, preset: number, min: number): number => {
    const value = readNumber(env, name, preset, min, 1_000_000);
    if (typeof value === 'string') faults.push(value);
    return Number(value);
  };
  const {
    tokenCalls,
    deviceMessages,
    failedAuthentications,
    failedSignIns,
    requestsAtOnce,
    downloadsAtOnce,
    streamsAtOnce,
    streamCheckS,
  } = defaultLimits;
  const limits = {
    tokenCalls: {
      perS: read('TIDEWAY_TOKEN_CALLS_PER_S', tokenCalls.perS, 0),
      burst: read('TIDEWAY_TOKEN_CALLS_BURST', tokenCalls.burst, 1),
    },
    deviceMessages: {
      perS: read('TIDEWAY_DEVICE_MESSAGES_PER_S', deviceMessages.perS, 0),
      burst: read('TIDEWAY_DEVICE_MESSAGES_BURST', deviceMessages.burst, 1),
    },
    failedAuthentications: {
      perS: read('TIDEWAY_FAILED_AUTHENTICATIONS_PER_S', failedAuthentications.perS, 0),
      burst: read('TIDEWAY_FAILED_AUTHENTICATIONS_BURST', failedAuthentications.burst, 1),
    },
    failedSignIns: {
      perS: read('TIDEWAY_FAILED_SIGN_INS_PER_S', failedSignIns.perS, 0),
      burst: read('TIDEWAY_FAILED_SIGN_INS_BURST', failedSignIns.burst, 1),
    },
    requestsAtOnce: read('TIDEWAY_MAX_REQUESTS', requestsAtOnce, 1),
    downloadsAtOnce: read('TIDEWAY_MAX_DOWNLOADS', downloadsAtOnce, 1),
    streamsAtOnce: read('TIDEWAY_MAX_STREAMS', streamsAtOnce, 1),
    streamCheckS,
  };
  const [fault] = faults;
  return fault === undefined ? limits : { fault };
}

function readPublicUrl(text: string | null): { url: string } | { fault: string } | null {
  if (text === null) return null;
  const url = URL.canParse(text) ? new URL(text) : null;
  const isPlain = url && url.username + url.password + url.search + url.hash === '' && !url.pathname.includes("'");
  if (url && isPlain && ['http:', 'https:'].includes(url.protocol)) return { url: url.href.replace(/\/+$/, '') };
  return { fault: `TIDEWAY_PUBLIC_URL must be an address as https://updates.example.com, not "${text}"` };
}

/** Null where something is kept for ever. */
function readKeep(env: NodeJS.ProcessEnv, name: string, preset: string): number | null | string {
  const text = env[name] || preset;
  if (text === 'forever') return null;
  const seconds = durationSeconds(text);
  const isWithin = seconds !== null && seconds >= shortestKeepS && seconds <= longestKeepS;
  return isWithin ? seconds : `${name} must be a duration from 1d to 3650d, such as 180d, or forever, not "${text}"`;
}

/** Null where agents are not to update themselves. */
function readAgentUpdates(env: NodeJS.ProcessEnv): number | null | string {
  const text = env.TIDEWAY_AGENT_UPDATES || 'on';
  if (text !== 'on' && text !== 'off') return `TIDEWAY_AGENT_UPDATES must be on or off, not "${text}"`;
  const spread = env.TIDEWAY_AGENT_UPDATE_SPREAD || '1h';
  const seconds = durationSeconds(spread);
  if (seconds === null || seconds > longestSpreadS) {
    return `TIDEWAY_AGENT_UPDATE_SPREAD must be a duration from 0s to 14d, such as 6h, not "${spread}"`;
  }
  return text === 'on' ? seconds : null;
}

const longestSpreadS = 14 * 86_400;

const shortestKeepS = 86_400;
const longestKeepS = 3650 * 86_400;

function isAddressRange(word: string): boolean {
  const [address = '', bits] = word.split('/');
  const longest = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  return longest > 0 && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= longest));
}

const logLevels = ['debug', 'info', 'warn', 'error', 'silent'];

function readNumber(env: NodeJS.ProcessEnv, name: string, preset: number, min: number, max: number): number | string {
  const text = env[name];
  if (text === undefined || text === '') return preset;
  const value = Number(text);
  return value >= min && value <= max ? value : `${name} must be a number from ${min} to ${max}, not "${text}"`;
}
