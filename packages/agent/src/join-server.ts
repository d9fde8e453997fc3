import { connectionOf, demandWholeState } from './app.ts';
import { retryDelayMs } from './channel/backoff.rules.ts';
import { ServerRefusal, ServerUnreachable } from './channel/server-door.ts';
import type { Config } from './config.ts';
import type { Log } from './log.ts';
import { makePrivateFolder } from './system/durable-file.ts';
import { lockState } from './system/state-lock.ts';
import { pause } from './system/timing.ts';
import { DeviceApps } from './update/device-apps.ts';

/** The server could not be asked in time. */
export class NotJoined extends Error {}

/**
 * Joins the server without doing anything else, or sees whether it still knows the device; gives the device's id. Tries
 * for a minute. Throws NotJoined, and JoinRefused or DeviceUnknown, which only a person can help.
 */
export async function joinServer(config: Config, log: Log): Promise<string> {
  const { stateFolder } = config;
  makePrivateFolder(stateFolder);
  const unlock = lockState(stateFolder);
  try {
    demandWholeState(stateFolder);
    const apps = new DeviceApps(stateFolder);
    apps.begin(config.app ? [config.app] : []);
    const connection = connectionOf(config, apps, log);
    connection.announce();
    return await askUntil(performance.now() + patienceMs, (signal) => connection.prove(signal), log);
  } finally {
    unlock();
  }
}

const patienceMs = 60_000;

async function askUntil(endMs: number, ask: (signal: AbortSignal) => Promise<string>, log: Log): Promise<string> {
  for (let failures = 1; ; failures += 1) {
    try {
      return await ask(AbortSignal.timeout(patienceMs));
    } catch (error) {
      if (!(error instanceof ServerRefusal || error instanceof ServerUnreachable)) throw error;
      const least = error instanceof ServerRefusal ? error.retryAfterS : null;
      const delayMs = retryDelayMs(failures, least, Math.random());
      if (performance.now() + delayMs > endMs) throw new NotJoined(`This device has not joined: ${error.message}`);
      log.warn(`${error.message} Next try in ${Math.ceil(delayMs / 1000)} s.`);
      await pause(delayMs, []);
    }
  }
}
