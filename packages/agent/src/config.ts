import path from 'node:path';
import { nameSchema } from '@tideway/protocol';
import { z } from 'zod';
import type { KeepFree } from './download/keep-free.rules.ts';
import type { ProxySettings } from './system/proxy.rules.ts';
import type { NotifySettings } from './system/service-manager.ts';

/** What the command line gives; a setting that is missing there is looked up in the environment. */
export type Options = Partial<Record<keyof typeof environmentNames, string>>;

export type Config = {
  /** Base address of the server, without a slash at its end. */
  server: string;
  /** A pairing token or a claim token; needed only until the device has joined. */
  token: string | null;
  name: string | null;
  group: string | null;
  app: { name: string; version: string } | null;
  /** Folder for the key, the journal and all else that the agent keeps. */
  stateFolder: string;
  /** Folder that stands for `/` in the paths of steps. */
  root: string;
  /** How the service manager hears of the agent; null where none wants to. */
  serviceManager: NotifySettings | null;
  /** Where the launcher started this program from, as which version; null where no launcher did. */
  launched: { folder: string; version: string; launcher: number } | null;
  /** Whether the agent replaces its program by the one that the server gives out, where a launcher started it. */
  selfUpdate: boolean;
  downloads: {
    /** Bytes a second, over all downloads; null is no limit. */
    maxRate: number | null;
    /** Bytes that artifacts of earlier updates may take; with 0 none is kept. */
    cacheBytes: number;
    keepFree: KeepFree;
  };
  proxies: ProxySettings;
  /** What commands of steps inherit: the agent's own environment without its settings. */
  environment: Record<string, string>;
};

/** A setting that cannot be used, in one sentence for the person who starts the agent. */
export class ConfigFault extends Error {}

const environmentNames = {
  server: 'TIDEWAY_SERVER',
  pairingToken: 'TIDEWAY_PAIRING_TOKEN',
  claimToken: 'TIDEWAY_CLAIM_TOKEN',
  name: 'TIDEWAY_NAME',
  group: 'TIDEWAY_GROUP',
  app: 'TIDEWAY_APP',
  appVersion: 'TIDEWAY_APP_VERSION',
  state: 'TIDEWAY_STATE',
  root: 'TIDEWAY_ROOT',
  selfUpdate: 'TIDEWAY_SELF_UPDATE',
  maxDownloadRate: 'TIDEWAY_MAX_DOWNLOAD_RATE',
  cacheSize: 'TIDEWAY_CACHE_SIZE',
  keepFree: 'TIDEWAY_KEEP_FREE',
} as const;

/** Settings from the command line, else from the environment. Throws ConfigFault. */
export function readConfig(options: Options, environment: NodeJS.ProcessEnv = process.env): Config {
  const setting = (key: keyof typeof environmentNames) => options[key] ?? (environment[environmentNames[key]] || null);
  const name = readName('--name', setting('name'));
  const group = readName('--group', setting('group'));
  return {
    server: readServer(setting('server')),
    token: readToken(setting('pairingToken'), setting('claimToken')),
    name,
    group,
    app: readApp(setting('app'), setting('appVersion')),
    stateFolder: stateFolderOf(options, environment),
    root: path.resolve(setting('root') ?? '/'),
    serviceManager: readServiceManager(environment),
    launched: readLaunched(environment),
    selfUpdate: readSelfUpdate(setting('selfUpdate')),
    downloads: {
      maxRate: readRate(setting('maxDownloadRate')),
      cacheBytes: readSize('--cache-size', setting('cacheSize') ?? '256MB'),
      keepFree: readKeepFree(setting('keepFree')),
    },
    proxies: readProxies(environment),
    environment: withoutOwnSettings(environment),
  };
}

/** The folder that the agent of these settings works with. */
export function stateFolderOf({ state }: Options, environment: NodeJS.ProcessEnv = process.env): string {
  return path.resolve(state ?? (environment[environmentNames.state] || '/var/lib/tideway-agent'));
}

function readServer(text: string | null): string {
  if (text === null) throw new ConfigFault('The server is missing: give --server URL or set TIDEWAY_SERVER.');
  const url = z.url({ protocol: /^https?$/ }).safeParse(text);
  if (!url.success) throw new ConfigFault(`--server must be an http or https address, not "${text}".`);
  return url.data.replace(/\/+$/, '');
}

function readToken(pairing: string | null, claim: string | null): string | null {
  if (pairing === null || claim === null) return pairing ?? claim;
  throw new ConfigFault('--pairing-token and --claim-token are two ways to join: give one of them.');
}

function readName(flag: string, text: string | null): string | null {
  if (text === null) return null;
  const name = nameSchema.safeParse(text);
  if (!name.success) throw new ConfigFault(`${flag} ${name.error.issues[0]?.message ?? 'is not a name'}.`);
  return name.data;
}

function readApp(name: string | null, version: string | null): Config['app'] {
  if (name === null && version === null) return null;
  if (name === null || version === null) throw new ConfigFault('--app and --app-version belong together: give both.');
  return { name: readName('--app', name) ?? name, version: readName('--app-version', version) ?? version };
}

function readServiceManager({ NOTIFY_SOCKET, WATCHDOG_USEC }: NodeJS.ProcessEnv): NotifySettings | null {
  if (!NOTIFY_SOCKET) return null;
  const watchdogUs = Number(WATCHDOG_USEC);
  return { socket: NOTIFY_SOCKET, watchdogMs: watchdogUs > 0 ? watchdogUs / 1000 : null };
}

function readSelfUpdate(text: string | null): boolean {
  if (text === null || text === 'on' || text === 'off') return text !== 'off';
  throw new ConfigFault(`TIDEWAY_SELF_UPDATE must be on or off, not "${text}".`);
}

/** The launcher says this, and nobody else. */
function readLaunched(environment: NodeJS.ProcessEnv): Config['launched'] {
  const { TIDEWAY_PROGRAMS: folder, TIDEWAY_PROGRAM: version, TIDEWAY_LAUNCHER: launcher } = environment;
  return folder && version && launcher ? { folder, version, launcher: Number(launcher) } : null;
}

function readRate(text: string | null): number | null {
  if (text === null) return null;
  const bytes = readSize('--max-download-rate', text);
  if (bytes >= leastRate) return bytes;
  throw new ConfigFault(`--max-download-rate must be at least 1kB, a second, not "${text}".`);
}

/** With less a server takes us for dead between two pieces. */
const leastRate = 1000;

function readKeepFree(text: string | null): KeepFree {
  if (text === null) return null;
  const percent = /^(\d+(?:\.\d+)?)\s*%$/.exec(text.trim());
  if (percent === null) return { bytes: readSize('--keep-free', text, 'or a share of the disk, as 5%, ') };
  const share = Number(percent[1]) / 100;
  if (share < 1) return { share };
  throw new ConfigFault(`--keep-free must leave something of the disk, not "${text}".`);
}

function readSize(flag: string, text: string, orElse = ''): number {
  const { number, unit = '' } = /^(?<number>\d+(?:\.\d+)?)\s*(?<unit>[kMG]?B)?$/i.exec(text.trim())?.groups ?? {};
  const factor = { '': 1, b: 1, kb: 1e3, mb: 1e6, gb: 1e9 }[unit.toLowerCase()];
  const bytes = Math.round(Number(number ?? Number.NaN) * (factor ?? Number.NaN));
  if (Number.isSafeInteger(bytes)) return bytes;
  throw new ConfigFault(`${flag} must be a number of bytes, as 500kB or 2MB, ${orElse}not "${text}".`);
}

/** The variables that other programs read, too; where both ways to write one are there, the small letters count. */
function readProxies(environment: NodeJS.ProcessEnv): ProxySettings {
  const setting = (name: string) => environment[name.toLowerCase()] || environment[name] || null;
  return {
    http: readProxy('HTTP_PROXY', setting('HTTP_PROXY')),
    https: readProxy('HTTPS_PROXY', setting('HTTPS_PROXY')),
    direct: (setting('NO_PROXY') ?? '').split(/[\s,]+/).filter((entry) => entry !== ''),
  };
}

function readProxy(name: string, text: string | null): URL | null {
  if (text === null) return null;
  // As other programs take it: proxy:3128.
  const url = z.url({ protocol: /^https?$/ }).safeParse(text.includes('://') ? text : `http://${text}`);
  // The text may hold a password.
  if (!url.success)
    throw new ConfigFault(`${name} must be the http or https address of a proxy, as http://proxy:3128.`);
  return new URL(url.data);
}

/**
 * Commands of steps must see neither the tokens nor the settings of the agent that runs them, and must not speak to the
 * service manager in its name.
 */
function withoutOwnSettings(environment: NodeJS.ProcessEnv): Record<string, string> {
  const kept = Object.entries(environment).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && !entry[0].startsWith('TIDEWAY_') && !ofServiceManager.has(entry[0]),
  );
  return Object.fromEntries(kept);
}

const ofServiceManager = new Set([
  'NOTIFY_SOCKET',
  'WATCHDOG_USEC',
  'WATCHDOG_PID',
  'INVOCATION_ID',
  'JOURNAL_STREAM',
  'SYSTEMD_EXEC_PID',
  'STATE_DIRECTORY',
]);
