import { createHash } from 'node:crypto';
import path from 'node:path';
import { z } from 'zod';
import { lookAt } from '../system/files.ts';
import { jsonFile } from '../system/json-file.ts';

/** What was at a repository's place before the step, and the folders above it that were not there. */
export type PreviousRepository = z.infer<typeof previousSchema>;

/** The note of it in a keep folder: what was found first stands, also after a crash and a second run. */
export function previousRepository(keepFolder: string) {
  const file = jsonFile(path.join(keepFolder, 'repository.json'), previousSchema);
  return {
    read: () => file.read(),
    keep: (found: PreviousRepository): PreviousRepository => {
      const kept = file.read();
      if (kept) return kept;
      file.write(found);
      return found;
    },
  };
}

/** Where a clone is put together, on the file system of its place. */
export function stagingOf(place: string): string {
  const mark = createHash('sha256').update(place).digest('hex').slice(0, 12);
  return path.join(path.dirname(place), `.tideway-${mark}`);
}

/** The folders that are not there down to `folder`, from the outermost. */
export function missingFolders(folder: string): string[] {
  return lookAt(folder) ? [] : [...missingFolders(path.dirname(folder)), folder];
}

const common = { place: z.string(), made_folders: z.array(z.string()) };
const previousSchema = z.discriminatedUnion('was', [
  z.object({ ...common, was: z.literal('absent') }),
  z.object({ ...common, was: z.literal('empty'), mode: z.number(), uid: z.number(), gid: z.number() }),
  z.object({
    ...common,
    was: z.literal('clone'),
    commit: z.string(),
    branch: z.string().nullable(),
    url: z.string().nullable(),
    had_submodules: z.boolean(),
  }),
]);
