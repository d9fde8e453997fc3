import path from 'node:path';
import { z } from 'zod';
import { jsonFile } from '../system/json-file.ts';

/** A package as it was before the step: `version` is null where it was not there, `file` where no copy of it was had. */
export type PreviousPackage = z.infer<typeof previousSchema>;

/** The note of them in a keep folder: what was found first stands, also after a crash and a second run. */
export class PreviousPackages {
  readonly folder: string;
  private readonly file;

  constructor(keepFolder: string) {
    this.folder = keepFolder;
    this.file = jsonFile(path.join(keepFolder, 'packages.json'), z.array(previousSchema));
  }

  get all(): PreviousPackage[] {
    return this.file.read() ?? [];
  }

  /** Those of the names that nothing is noted of yet. */
  unknownOf(names: string[]): string[] {
    const known = new Set(this.all.map(({ name }) => name));
    return names.filter((name) => !known.has(name));
  }

  add(packages: PreviousPackage[]): void {
    this.file.write([...this.all, ...packages]);
  }
}

const previousSchema = z.object({
  name: z.string(),
  version: z.string().nullable(),
  /** Settings of a package that was removed once were there. */
  had_settings: z.boolean(),
  file: z.string().nullable(),
});
