import { readdirSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import {
  identifyProcess,
  isSameProcess,
  type ProcessIdentity,
  processEnvironment,
  processStatus,
} from './process-identity.ts';

/** The variable that marks every process of a step, so that those that left its process group can be found. */
export const markerName = 'TIDEWAY_STEP';

/** Sends a signal to a whole process group; one that has ended is fine. */
export function signalGroup(group: number, signal: NodeJS.Signals): void {
  send(-group, signal);
}

/**
 * Kills every process that carries the marker, whatever group or session it has moved to, and waits until they are
 * gone. One that the kernel holds for longer than ten seconds is left to it.
 */
export async function killMarked(marker: string): Promise<void> {
  const giveUpMs = performance.now() + 10_000;
  // A process that is starting another program has no environment for an instant: one clear look is not enough.
  for (let clearLooks = 0; clearLooks < 2 && performance.now() < giveUpMs; await wait(50)) {
    const pids = markedProcesses(marker);
    for (const pid of pids) send(pid, 'SIGKILL');
    clearLooks = pids.length === 0 ? clearLooks + 1 : 0;
  }
}

/** Ends at once what an agent that was killed has left running of a step. `leader` is the step's noted command. */
export async function endLeftovers(marker: string, leader: ProcessIdentity | null): Promise<void> {
  if (leader && mayStillRun(leader)) signalGroup(leader.pid, 'SIGKILL');
  await killMarked(marker);
}

function markedProcesses(marker: string): number[] {
  const wanted = `${markerName}=${marker}`;
  return allProcesses().filter((pid) => pid !== process.pid && processEnvironment(pid)?.includes(wanted));
}

/** The group lives on when its leader has ended; its number is then not given to anybody else. */
function mayStillRun(leader: ProcessIdentity): boolean {
  const now = identifyProcess(leader.pid);
  if (now) return isSameProcess(leader, now);
  const self = identifyProcess(process.pid);
  if (self?.boot_id !== leader.boot_id) return false;
  return allProcesses().some((pid) => {
    const status = processStatus(pid);
    return status?.group === leader.pid && Number(status.startTime) >= Number(leader.start_time);
  });
}

function allProcesses(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

function send(target: number, signal: NodeJS.Signals): void {
  try {
    process.kill(target, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
