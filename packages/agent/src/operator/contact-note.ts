import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { jsonFile } from '../system/json-file.ts';

/** How the agent stands with its server, for whoever looks on the device. */
export type ContactNote = {
  /** By which way the server answers; null where it does not. */
  over: 'channel' | 'polling' | null;
  /** Since when; the device's clock, RFC 3339. */
  since: string;
  /** Seconds between two contacts, where the server answers. */
  every_s: number | null;
  /** Why the last contact failed, and when the next one is tried; null where it did not. */
  fault: { message: string; next_try_at: string } | null;
};

const noteSchema = z.object({
  over: z.enum(['channel', 'polling']).nullable(),
  since: z.string(),
  every_s: z.number().nullable(),
  fault: z.object({ message: z.string(), next_try_at: z.string() }).nullable(),
});

/** Kept in a file that is written only when something changes, and not forced to the disk: cards wear out. */
export function contactNote(stateFolder: string) {
  const file = path.join(stateFolder, 'contact.json');
  let noted: ContactNote | null = null;
  return {
    /** Null where nothing was noted, or where a power cut has left half of it. */
    read: (): ContactNote | null => {
      try {
        return jsonFile(file, noteSchema).read();
      } catch {
        return null;
      }
    },
    note: (note: Omit<ContactNote, 'since'>): void => {
      const isSame = noted !== null && isSameInSubstance(note, noted);
      if (isSame && noted?.fault?.next_try_at === note.fault?.next_try_at) return;
      // One outage is many tries.
      noted = { ...note, since: (isSame && noted?.since) || new Date().toISOString() };
      try {
        writeFileSync(file, JSON.stringify(noted), { mode: 0o600 });
      } catch {
        // A full disk must not keep the agent from its server; what is said about it is only for people.
      }
    },
  };
}

/** The server varies the time between two contacts a little. */
function isSameInSubstance(one: Omit<ContactNote, 'since'>, other: Omit<ContactNote, 'since'>): boolean {
  const hasSameRhythm = Math.abs((one.every_s ?? 0) - (other.every_s ?? 0)) <= 0.3 * (other.every_s ?? 0);
  return one.over === other.over && one.fault?.message === other.fault?.message && hasSameRhythm;
}
