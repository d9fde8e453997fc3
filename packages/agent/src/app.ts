import { Connection } from './channel/connection.ts';
import { openDeviceKey } from './channel/device-key.ts';
import { Exchange } from './channel/exchange.ts';
import { Polling } from './channel/polling.ts';
import { ReportOutbox } from './channel/report-outbox.ts';
import { serverDoor } from './channel/server-door.ts';
import type { Config } from './config.ts';
import { createArtifactFetcher } from './download/artifact-fetcher.ts';
import type { Log } from './log.ts';
import { blockFile } from './operator/block.ts';
import { ownKind } from './program/own-program.ts';
import { ProgramFolder } from './program/program-folder.ts';
import { SelfUpdate, type SelfUpdateDeps } from './program/self-update.ts';
import { capabilitiesOf } from './steps/executors.ts';
import { systemClock } from './system/clock.ts';
import { countedBoot, machineBoot } from './system/device-boot.ts';
import { deviceFacts } from './system/device-facts.ts';
import { makeFolder, makePrivateFolder } from './system/durable-file.ts';
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
export function startAgent(config: Config, log: Log): Agent {
  const { stateFolder } = config;
  makePrivateFolder(stateFolder);
  const unlock = lockState(stateFolder);
  makeFolder(config.root);
  const apps = new DeviceApps(stateFolder);
  apps.begin(config.app ? [config.app] : []);
  const outbox = new ReportOutbox(stateFolder);
  const connection = connectionOf(config, apps, log);
  const facts = deviceFacts();
  const bug = openPromise<never>();
  const startAnew = openPromise<'restart' | 'replaced'>();
  const isWholeMachine = config.root === '/';
  const boot = isWholeMachine
    ? machineBoot(config.environment)
    : countedBoot(stateFolder, () => startAnew.resolve('restart'));
  const runner = new UpdateRunner({
    ...config,
    able: () => ({ ...facts, capabilities: capabilitiesOf(config.environment) }),
    configuration: new Configuration(stateFolder),
    boot,
    apps,
    outbox,
    artifactFetcher: artifactFetcherOf(connection),
    clock: systemClock,
    log,
    onChange: () => {
      polling.wake();
      selfUpdate?.heed();
    },
    onBug: bug.reject,
  });
  const describe = () => ({
    ...facts,
    attributes: { ...facts.attributes, ...selfUpdate?.attributes },
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
    ...{ connection, outbox, runner, stateFolder, block, describe, log },
    onAnswer: () => selfUpdate?.reached(),
    onOffer: (offer) => selfUpdate?.offered(offer),
  });
  const polling = new Polling(exchange, log);
  const unwatchBlock = block.watch(() => {
    const held = block.read();
    log.info(
      held ? `Blocked on this device: no new update begins.${held.reason ? ` ${held.reason}` : ''}` : 'Unblocked.',
    );
    exchange.heedBlock();
    selfUpdate?.heed();
    polling.wake();
  });
  connection.listen({
    onUnasked: (messages) => {
      exchange.hear(messages);
      polling.wake();
    },
    onChannelEnded: (delayMs) => polling.contactWithin(delayMs),
  });

  log.info(`tideway-agent ${agentVersion}, server ${config.server}, state in ${stateFolder}`);
  connection.announce();
  runner.resume();
  return {
    ended: Promise.race([polling.start().then(() => 'stopped' as const), bug.promise, startAnew.promise]),
    stop: async () => {
      unwatchBlock();
      await selfUpdate?.stop();
      await runner.stop();
      await polling.stop();
      unlock();
    },
  };
}

function connectionOf(config: Config, apps: DeviceApps, log: Log): Connection {
  const { stateFolder, server, token, name, group } = config;
  return new Connection({
    door: serverDoor(server),
    key: openDeviceKey(stateFolder),
    introduction: { token, name, group, apps: apps.list() },
    stateFolder,
    log,
  });
}

/** Null where no launcher started the agent: then nobody would start another program in its place. */
function selfUpdateOf(
  { launched, selfUpdate, server }: Config,
  log: Log,
  deps: Pick<SelfUpdateDeps, 'isIdle' | 'onReplaced'>,
): SelfUpdate | null {
  if (!launched) return null;
  const door = serverDoor(server);
  const { os, arch } = deviceFacts();
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

function artifactFetcherOf(connection: Connection): RunnerDeps['artifactFetcher'] {
  return (folder, { artifacts }) =>
    (signal, output) => {
      const open: Parameters<typeof createArtifactFetcher>[0]['open'] = (sha256, range) =>
        connection.openArtifact(sha256, range, signal);
      return createArtifactFetcher({ folder, artifacts, open, signal, output });
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
