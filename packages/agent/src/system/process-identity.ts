import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** Names a process for ever, also after its number was given to another one or the device was booted anew. */
export const processIdentitySchema = z.object({ pid: z.number().int(), start_time: z.string(), boot_id: z.string() });
export type ProcessIdentity = z.infer<typeof processIdentitySchema>;

/**
 * Names the running boot; it changes with every one. A container shares its kernel, and the kernel's name, with others:
 * there a boot is the start of the first process.
 */
export function bootId(): string {
  const kernel = readProc('sys/kernel/random/boot_id')?.trim() ?? 'unknown';
  const first = processStatus(1);
  return first === null ? kernel : `${kernel}-${first.startTime}`;
}

/** Who has this number now; null where nobody has. */
export function identifyProcess(pid: number): ProcessIdentity | null {
  const status = processStatus(pid);
  return status && { pid, start_time: status.startTime, boot_id: bootId() };
}

export function isSameProcess(one: ProcessIdentity, other: ProcessIdentity | null): boolean {
  return (
    other !== null && one.pid === other.pid && one.start_time === other.start_time && one.boot_id === other.boot_id
  );
}

export type ProcessStatus = {
  /** Its letter, as `ps` shows it. */
  state: string;
  group: number;
  /** The kernel is putting it away: it does nothing any more, and may stay as a zombie where nobody asks for its end. */
  isExiting: boolean;
  /** Ticks since the boot. */
  startTime: string;
};

export function processStatus(pid: number): ProcessStatus | null {
  const text = readProc(`${pid}/stat`);
  if (text === null) return null;
  // The second field is the program's name in brackets, and may itself hold blanks and brackets.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const isExiting = (Number(fields[6]) & exitingFlag) !== 0;
  return { state: fields[0] ?? '', group: Number(fields[2]), isExiting, startTime: fields[19] ?? '' };
}

/** PF_EXITING of the kernel. */
const exitingFlag = 4;

/** The environment that a process was started with; null where it is gone or not ours to read. */
export function processEnvironment(pid: number): string[] | null {
  return readProc(`${pid}/environ`)?.split('\0') ?? null;
}

function readProc(name: string): string | null {
  try {
    return readFileSync(`/proc/${name}`, 'utf8');
  } catch {
    return null;
  }
}
