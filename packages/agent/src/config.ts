import path from 'node:path';
import { nameSchema } from '@tideway/protocol';
import { z } from 'zod';
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
