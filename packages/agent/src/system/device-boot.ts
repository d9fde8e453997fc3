import { existsSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { jsonFile } from './json-file.ts';
import { runCommand } from './process.ts';
import { bootId } from './process-identity.ts';
import { limitTime, pause } from './timing.ts';

/** How a device boots, and by what one boot is told from the next. */
export type DeviceBoot = {
  id: () => string;
  /**
   * Asks for a boot; null where it is on its way, else why not, in one sentence.
   * @param agentStopping the end of the agent itself, by which a boot begins
   */
  request: (agentStopping: AbortSignal) => Promise<string | null>;
};

/**
 * The machine itself. What goes down first may be what the command talks to: then it fails although the boot comes, and
 * only an agent that still runs after `stopWithinMs` has been refused.
 */
export function machineBoot(
  environment: Record<string, string>,
  { answerWithinMs, stopWithinMs } = { answerWithinMs: 60_000, stopWithinMs: 30_000 },
): DeviceBoot {
  return {
    id: bootId,
    request: async (agentStopping) => {
      const fault = await rebootMachine(environment, answerWithinMs);
      if (fault !== null) await pause(stopWithinMs, [agentStopping]);
      return agentStopping.aborted ? null : fault;
    },
  };
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

async function rebootMachine(environment: Record<string, string>, answerWithinMs: number): Promise<string | null> {
  const [program = '', ...words] = existsSync('/run/systemd/system') ? ['systemctl', 'reboot'] : ['reboot'];
  const overtime = new Error(`${program} took longer than ${answerWithinMs / 1000} s`);
  let said = '';
  try {
    const end = await limitTime({ ms: answerWithinMs, overtime, signals: [] }, (signal) =>
      runCommand({
        program,
        arguments: words,
        folder: '/',
        environment,
        output: (text) => {
          said += text;
        },
        signal,
      }),
    );
    return end.exitCode === 0 ? null : `The device could not be booted: ${said.trim() || `${program} failed`}.`;
  } catch (error) {
    return `The device could not be booted: ${error instanceof Error ? error.message : String(error)}.`;
  }
}
