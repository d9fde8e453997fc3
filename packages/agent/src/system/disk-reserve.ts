import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { writeDurably } from './durable-file.ts';
import { hasCode, lookAt } from './files.ts';

/**
 * Room on the disk that a step cannot fill: without it an agent whose step has filled the disk could not even write down
 * that it has failed, and would never undo it. Nothing happens where there is no room for it now.
 */
export function keepReserve(folder: string): void {
  const file = fileIn(folder);
  if ((lookAt(file)?.size ?? 0) >= reserveBytes) return;
  try {
    // Nothing that a file system could press together.
    writeDurably(file, randomBytes(reserveBytes));
  } catch (error) {
    if (!hasCode(error, 'ENOSPC', 'EDQUOT', 'EROFS')) throw error;
  }
}

/** Gives the reserve free; false where there was none. */
export function spendReserve(folder: string): boolean {
  const file = fileIn(folder);
  if (!lookAt(file)) return false;
  rmSync(file);
  return true;
}

/** Returns when the disk of `folder` takes files again, with some room to work with. */
export async function untilWritable(folder: string): Promise<void> {
  const probe = path.join(folder, 'probe');
  for (;;) {
    try {
      writeDurably(probe, randomBytes(probeBytes));
      rmSync(probe);
      return;
    } catch (error) {
      if (!hasCode(error, 'ENOSPC', 'EDQUOT', 'EROFS', 'EIO')) throw error;
      await wait(lookEveryMs);
    }
  }
}

const probeBytes = 2 ** 18;
const lookEveryMs = 2000;

/** Enough for a journal and an outbox with the largest flow in them, beside those that they replace. */
const reserveBytes = 2 ** 20;

function fileIn(folder: string): string {
  return path.join(folder, 'reserve');
}
