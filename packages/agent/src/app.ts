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
import { capabilitiesOf } from './steps/executors.ts';
import { systemClock } from './system/clock.ts';
import { countedBoot, machineBoot } from './system/device-boot.ts';
import { deviceFacts } from './system/device-facts.ts';
import { makeFolder, makePrivateFolder } from './system/durable-file.ts';
import type { ServiceManager } from './system/service-manager.ts';
import { lockState } from './system/state-lock.ts';
import { Configuration } from './update/configuration.ts';
import { DeviceApps } from './update/device-apps.ts';
import { type RunnerDeps, UpdateRunner } from './update/runner.ts';
import { agentVersion } from './version.ts';

export type Agent = {
  /** Settles when the agent has ended, or wants to be stopped and started anew; rejects where it cannot go on. */
  ended: Promise<'stopped' | 'restart'>;
  /** Ends what runs, so that the next start goes on with it, and says goodbye. */
  stop: () => Promise<void>;
};

/** Puts the agent together and starts it. Throws StateInUse where another agent has the state folder. */
export function startAgent(config: Config, log: Log, serviceManager: ServiceManager): Agent {
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
  const restart = openPromise<'restart'>();
  const isWholeMachine = config.root === '/';
  const boot = isWholeMachine
    ? machineBoot(config.environment)
    : countedBoot(stateFolder, () => restart.resolve('restart'));
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
    onChange: () => polling.wake(),
    onBug: bug.reject,
  });
  const describe = () => ({
    ...facts,
    agent_version: agentVersion,
    capabilities: capabilitiesOf(config.environment),
    apps: apps.list(),
    boot_id: boot.id(),
  });
  const block = blockFile(stateFolder);
  const exchange = new Exchange({ connection, outbox, runner, stateFolder, block, describe, log });
  const polling = new Polling(exchange, log, (fault) => {
    const { current } = runner;
    serviceManager.say(fault ?? (current ? `At update ${current.update_id}.` : 'Connected; nothing to do.'));
  });
  const unwatchBlock = block.watch(() => {
    const held = block.read();
    log.info(
      held ? `Blocked on this device: no new update begins.${held.reason ? ` ${held.reason}` : ''}` : 'Unblocked.',
    );
    exchange.heedBlock();
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
  const ended = polling.start();
  serviceManager.started(() => polling.isAlive && !runner.isStuck);
  return {
    ended: Promise.race([ended.then(() => 'stopped' as const), bug.promise, restart.promise]),
    stop: async () => {
      unwatchBlock();
      await runner.stop();
      await polling.stop();
      unlock();
    },
  };
}

export function connectionOf(config: Config, apps: DeviceApps, log: Log): Connection {
  const { stateFolder, server, token, name, group } = config;
  return new Connection({
    door: serverDoor(server),
    key: openDeviceKey(stateFolder),
    introduction: { token, name, group, apps: apps.list() },
    stateFolder,
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
