import { existsSync } from 'node:fs';
import path from 'node:path';
import { Connection } from './channel/connection.ts';
import { openDeviceKey } from './channel/device-key.ts';
import { Exchange } from './channel/exchange.ts';
import { LiveOutput } from './channel/live-output.ts';
import { Polling } from './channel/polling.ts';
import { ReportOutbox } from './channel/report-outbox.ts';
import { serverDoor } from './channel/server-door.ts';
import type { Config } from './config.ts';
import { ArtifactCache } from './download/artifact-cache.ts';
import { createArtifactFetcher } from './download/artifact-fetcher.ts';
import { keptFreeBytes } from './download/keep-free.rules.ts';
import { RateLimit } from './download/rate-limit.ts';
import { openFromRegistry } from './download/registry-source.ts';
import type { DownloadSource } from './download/resumable-download.ts';
import type { Log } from './log.ts';
import { blockFile } from './operator/block.ts';
import { contactNote } from './operator/contact-note.ts';
import { customAttributes } from './operator/custom-attributes.ts';
import { ownKind } from './program/own-program.ts';
import { ProgramFolder } from './program/program-folder.ts';
import { SelfUpdate, type SelfUpdateDeps } from './program/self-update.ts';
import { capabilitiesOf } from './steps/executors.ts';
import { systemClock } from './system/clock.ts';
import { countedBoot, machineBoot } from './system/device-boot.ts';
import { deviceFacts, deviceKind } from './system/device-facts.ts';
import { deviceMetrics } from './system/device-metrics.ts';
import { keepDisksFree, whenDiskIsLow } from './system/disk.ts';
import { keepReserve } from './system/disk-reserve.ts';
import { makeFolder, makePrivateFolder } from './system/durable-file.ts';
import { httpClient } from './system/http-client.ts';
import { DamagedState, demandDisk } from './system/json-file.ts';
import type { ServiceManager } from './system/service-manager.ts';
import { lockState } from './system/state-lock.ts';
import { Configuration } from './update/configuration.ts';
import { DeviceApps } from './update/device-apps.ts';
import { type RunnerDeps, UpdateRunner } from './update/runner.ts';
import { agentVersion } from './version.ts';

export type Agent = {
  /**
   * Settles when the agent has ended, or is to be stopped and started anew, here or by the launcher as another program;
   * rejects where it cannot go on.
   */
  ended: Promise<'stopped' | 'restart' | 'replaced'>;
  /** Ends what runs, so that the next start goes on with it, and says goodbye. */
  stop: () => Promise<void>;
};

/** Puts the agent together and starts it. Throws StateInUse where another agent has the state folder. */
export function startAgent(config: Config, log: Log, serviceManager: ServiceManager): Agent {
  const { stateFolder } = config;
  demandDisk(stateFolder, () => makePrivateFolder(stateFolder));
  const unlock = lockState(stateFolder);
  try {
    return startLocked(config, log, serviceManager, unlock);
  } catch (error) {
    // This process may try again.
    unlock();
    throw error;
  }
}

function startLocked(config: Config, log: Log, serviceManager: ServiceManager, unlock: () => void): Agent {
  const { stateFolder } = config;
  keepReserve(stateFolder);
  makeFolder(config.root);
  demandWholeState(stateFolder);
  const apps = new DeviceApps(stateFolder);
  apps.begin(config.app ? [config.app] : []);
  const outbox = new ReportOutbox(stateFolder);
  const connection = connectionOf(config, apps, log);
  const bug = openPromise<never>();
  const startAnew = openPromise<'restart' | 'replaced'>();
  const isWholeMachine = config.root === '/';
  const boot = isWholeMachine
    ? machineBoot(config.environment)
    : countedBoot(stateFolder, () => startAnew.resolve('restart'));
  const runner = new UpdateRunner({
    ...config,
    able: () => ({ ...deviceKind, capabilities: capabilitiesOf(config.environment) }),
    configuration: new Configuration(stateFolder),
    boot,
    apps,
    outbox,
    artifactFetcher: artifactFetcherOf(config, connection),
    askForRegistry: (name, signal) => connection.registry(name, signal),
    clock: systemClock,
    log,
    onChange: () => {
      polling.wake();
      selfUpdate?.heed();
    },
    onOutput: (stepRunsForS) => liveOutput.came(stepRunsForS),
    onBug: bug.reject,
  });
  const { root, environment } = config;
  const describe = async () => ({
    ...deviceKind,
    attributes: {
      ...deviceFacts(root),
      ...(await customAttributes(root, environment, log)),
      ...selfUpdate?.attributes,
    },
    agent_version: agentVersion,
    capabilities: capabilitiesOf(config.environment),
    apps: apps.list(),
    boot_id: boot.id(),
  });
  const block = blockFile(stateFolder);
  const selfUpdate = selfUpdateOf(config, log, {
    // Reports that wait are for the server first; who blocks updates does not want to be disturbed by this one either.
    isIdle: () => runner.current === null && outbox.pending.length === 0 && block.read() === null,
    onReplaced: () => {
      exchange.close();
      startAnew.resolve('replaced');
    },
  });
  const exchange = new Exchange({
    connection,
    outbox,
    runner,
    stateFolder,
    block,
    describe,
    measure: () => deviceMetrics(root),
    onAnswer: () => selfUpdate?.reached(),
    onOffer: (offer) => selfUpdate?.offered(offer),
    log,
  });
  const contact = contactNote(stateFolder);
  const polling = new Polling(exchange, log, (note) => {
    contact.note(note);
    const { current } = runner;
    const doing = current ? `At update ${current.update_id}.` : 'Connected; nothing to do.';
    serviceManager.say(note.fault?.message ?? doing);
  });
  const liveOutput = new LiveOutput(() => {
    if (exchange.over === 'channel') polling.wake();
  });
  /** For what nobody waits for: where it cannot be done, the agent ends. */
  const orEnd = (work: () => void) => {
    try {
      work();
    } catch (error) {
      bug.reject(error);
    }
  };
  connection.listen({
    onUnasked: (messages) => {
      orEnd(() => exchange.hear(messages));
      polling.wake();
    },
    onChannelEnded: (delayMs) => polling.contactWithin(delayMs),
  });

  log.info(`tideway-agent ${agentVersion}, server ${config.server}, state in ${stateFolder}`);
  connection.announce();
  runner.resume();
  // Only when nothing can fail any more: nobody would end it.
  const unwatchBlock = block.watch(() => {
    const held = block.read();
    log.info(
      held ? `Blocked on this device: no new update begins.${held.reason ? ` ${held.reason}` : ''}` : 'Unblocked.',
    );
    orEnd(() => exchange.heedBlock());
    selfUpdate?.heed();
    polling.wake();
  });
  const ended = polling.start();
  serviceManager.started(() => polling.isAlive && !runner.isStuck);
  return {
    ended: Promise.race([ended.then(() => 'stopped' as const), bug.promise, startAnew.promise]),
    stop: async () => {
      unwatchBlock();
      await selfUpdate?.stop();
      await runner.stop();
      await polling.stop();
      unlock();
    },
  };
}

/** A key of its own would make another device of one that has joined already. */
export function demandWholeState(stateFolder: string): void {
  const [identity, key] = ['identity.json', 'key.json'].map((name) => path.join(stateFolder, name));
  if (!identity || !key || !existsSync(identity) || existsSync(key)) return;
  throw new DamagedState(`${key} is missing. Put it back, or remove ${identity} to join anew, as another device.`);
}

export function connectionOf(config: Config, apps: DeviceApps, log: Log): Connection {
  const { stateFolder, server, token, name, group } = config;
  return new Connection({
    door: serverDoor(server, httpClient(config.proxies)),
    key: openDeviceKey(stateFolder),
    introduction: { token, name, group, apps: apps.list() },
    stateFolder,
    log,
  });
}

/** Null where no launcher started the agent: then nobody would start another program in its place. */
function selfUpdateOf(
  { launched, selfUpdate, server, proxies }: Config,
  log: Log,
  deps: Pick<SelfUpdateDeps, 'isIdle' | 'onReplaced'>,
): SelfUpdate | null {
  if (!launched) return null;
  const door = serverDoor(server, httpClient(proxies));
  const { os, arch } = deviceKind;
  return new SelfUpdate({
    ...deps,
    programs: new ProgramFolder(launched.folder),
    own: { version: launched.version, kind: ownKind(), os, arch },
    isWanted: selfUpdate,
    manifest: door.agentManifest,
    open: door.agentFile,
    random: Math.random,
    log,
  });
}

function artifactFetcherOf(
  { stateFolder, downloads, proxies }: Config,
  connection: Connection,
): RunnerDeps['artifactFetcher'] {
  const keepFree = (diskBytes: number) => keptFreeBytes(downloads.keepFree, diskBytes);
  keepDisksFree(keepFree);
  const cacheFolder = path.join(stateFolder, 'cache');
  const cache = new ArtifactCache({ folder: cacheFolder, maxBytes: downloads.cacheBytes, keepFree });
  whenDiskIsLow((folder, bytes) => cache.giveWay(folder, bytes));
  const http = httpClient(proxies);
  const shared = { cache, keepFree, ...(downloads.maxRate && { rateLimit: new RateLimit(downloads.maxRate) }) };
  return (folder, { artifacts }) =>
    ({ registry, signal, output }) => {
      const open: DownloadSource['open'] = async (artifact, range) => {
        const name = artifact.registry;
        if (name === undefined) return connection.openArtifact(artifact.sha256, range, signal);
        return openFromRegistry(http, await registry(name), { name, artifact, range, signal });
      };
      return createArtifactFetcher({ ...shared, folder, artifacts, open, signal, output });
    };
}

function openPromise<T>() {
  let resolve: (value: T) => void = () => undefined;
  let reject: (reason: unknown) => void = () => undefined;
  const promise = new Promise<T>((settle, refuse) => {
    resolve = settle;
    reject = refuse;
  });
  return { promise, resolve, reject };
}
