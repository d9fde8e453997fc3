import { type Stats, unwatchFile, watchFile } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { jsonFile } from '../system/json-file.ts';

/** That software on this device wants no new update to begin. */
export type Block = {
  /** For people; null where none was given. */
  reason: string | null;
  /** The device's clock, RFC 3339, or `unknown`; tells one block from the next. */
  since: string;
};

const blockSchema = z.object({ reason: z.string().nullable(), since: z.string() });

/** Where a block is kept until somebody takes it away, also across restarts. */
export type BlockFile = ReturnType<typeof blockFile>;

/** A file that somebody has damaged blocks as well: better no update than one at the wrong moment. */
export function blockFile(stateFolder: string) {
  const file = path.join(stateFolder, 'block.json');
  const { read, write, remove } = jsonFile(file, blockSchema);
  return {
    read: (): Block | null => {
      try {
        return read();
      } catch {
        return { reason: `${file} is damaged`, since: 'unknown' };
      }
    },
    write,
    remove,
    /** Looks every second, which works on every file system; gives what ends it. */
    watch: (onChange: () => void): (() => void) => {
      // A file that is not there is told of at first, too, although nothing has changed.
      const look = (now: Stats, before: Stats) => {
        if (now.mtimeMs !== before.mtimeMs || now.ino !== before.ino) onChange();
      };
      watchFile(file, { interval: 1000, persistent: false }, look);
      return () => unwatchFile(file, look);
    },
  };
}

/** Where the agent notes which block it heeds, for whoever waits for that. */
export type HeardBlock = ReturnType<typeof heardBlock>;

export function heardBlock(stateFolder: string) {
  const file = jsonFile(path.join(stateFolder, 'block-heard.json'), z.object({ since: z.string() }));
  let noted: string | null = null;
  return {
    read: (): string | null => file.read()?.since ?? null,
    note: (block: Block | null): void => {
      const since = block?.since ?? null;
      if (since === noted) return;
      if (since === null) file.remove();
      else file.write({ since });
      noted = since;
    },
  };
}
