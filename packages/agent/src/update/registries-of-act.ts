import { retryDelayMs } from '../channel/backoff.rules.ts';
import { ServerRefusal, ServerUnreachable } from '../channel/server-door.ts';
import { type RegistryCredentials, type StepContext, StepFailure } from '../steps/step.ts';
import { pause } from '../system/timing.ts';
import { secretsOfRegistry } from './masking.rules.ts';

export type RegistryDesk = {
  /** Asks the server. */
  ask: (name: string, signal: AbortSignal) => Promise<RegistryCredentials>;
  /** Keeps texts out of the output. */
  hide: (secrets: string[]) => void;
  output: (text: string) => void;
  signal: AbortSignal;
};

/**
 * Gives an act what the server keeps of registries: asked for when it is needed, once, however long the server is away,
 * and kept nowhere but in memory.
 */
export function registriesOfAct(desk: RegistryDesk): StepContext['registry'] {
  const known = new Map<string, RegistryCredentials>();
  return async (name) => {
    const credentials = known.get(name) ?? (await askPatiently(name, desk));
    known.set(name, credentials);
    desk.hide(secretsOfRegistry(credentials));
    return credentials;
  };
}

async function askPatiently(name: string, { ask, output, signal }: RegistryDesk): Promise<RegistryCredentials> {
  for (let failures = 1; ; failures++) {
    signal.throwIfAborted();
    try {
      return await ask(name, signal);
    } catch (error) {
      signal.throwIfAborted();
      const waitS = waitOf(error, name);
      if (failures === 1 && error instanceof Error) output(`${error.message} Waiting for the registry ${name}.\n`);
      await pause(retryDelayMs(failures, waitS, Math.random()), [signal]);
    }
  }
}

/** The seconds that the server wants to be left alone for, if any. Throws where trying again is of no use. */
function waitOf(error: unknown, name: string): number | null {
  if (error instanceof ServerUnreachable) return null;
  if (!(error instanceof ServerRefusal)) throw error;
  const { status, retryAfterS, message } = error;
  if (status >= 500 || [401, 408, 429].includes(status)) return retryAfterS;
  throw new StepFailure('unknown_registry', `The server does not give the registry ${name}: ${message}`);
}
