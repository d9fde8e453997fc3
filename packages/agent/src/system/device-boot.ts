import { existsSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { jsonFile } from './json-file.ts';
import { CommandNotStarted, runCommand } from './process.ts';
import { bootId } from './process-identity.ts';

/** How a device boots, and by what one boot is told from the next. */
export type DeviceBoot = {
  id: () => string;
  /** Asks for a boot; null where it is on its way, else why not, in one sentence. */
  request: () => Promise<string | null>;
};

/** The machine itself. */
export function machineBoot(environment: Record<string, string>): DeviceBoot {
  return { id: bootId, request: () => rebootMachine(environment) };
}

/**
 * A device that shares its machine with others (`--root`): its boot is a restart of its agent, and boots are counted.
 * @param restart ends the agent, and starts it anew
 */
export function countedBoot(stateFolder: string, restart: () => void): DeviceBoot {
  const loss = 'without it a boot that an update waits for counts as done';
  const file = jsonFile(path.join(stateFolder, 'boots.json'), z.object({ boots: z.number().int() }), loss);
  const boots = () => file.read()?.boots ?? 0;
  boots();
  return {
    id: () => `${bootId()}-${boots()}`,
    request: async () => {
      file.write({ boots: boots() + 1 });
      restart();
      return null;
    },
  };
}

async function rebootMachine(environment: Record<string, string>): Promise<string | null> {
  const [program = '', ...words] = existsSync('/run/systemd/system') ? ['systemctl', 'reboot'] : ['reboot'];
  let said = '';
  try {
    const end = await runCommand({
      program,
      arguments: words,
      folder: '/',
      environment,
      output: (text) => {
        said += text;
      },
      signal: AbortSignal.timeout(60_000),
    });
    return end.exitCode === 0 ? null : `The device could not be booted: ${said.trim() || `${program} failed`}.`;
  } catch (error) {
    if (error instanceof CommandNotStarted) return `The device could not be booted: ${error.message}.`;
    throw error;
  }
}
