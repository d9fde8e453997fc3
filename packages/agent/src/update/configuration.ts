import path from 'node:path';
import { z } from 'zod';
import { readIfThere, removeDurably, writeDurably } from '../system/durable-file.ts';
import { jsonFile } from '../system/json-file.ts';

/** The device's config.json, which an update may replace and a failed one puts back. */
export class Configuration {
  readonly file: string;

  constructor(stateFolder: string) {
    this.file = path.join(stateFolder, 'config.json');
  }

  /** The configuration in place; null where there is none, or where somebody wrote something else into its file. */
  read(): Record<string, unknown> | null {
    const text = readIfThere(this.file);
    return text === null ? null : parse(text);
  }

  /** Replaces the configuration and keeps the previous one in `keepFolder`. Safe to repeat. */
  replace(configuration: Record<string, unknown>, keepFolder: string): void {
    const kept = path.join(keepFolder, keptName);
    // A second call after a power cut must not take the new configuration for the previous one.
    if (readIfThere(kept) === null) writeDurably(kept, JSON.stringify({ previous: readIfThere(this.file) }));
    writeDurably(this.file, `${JSON.stringify(configuration, null, 2)}\n`);
  }

  /** Puts back what `replace` replaced; nothing happens where it did not. Safe to repeat; throws where it cannot be. */
  putBack(keepFolder: string): void {
    const kept = jsonFile(path.join(keepFolder, keptName), keptSchema).read();
    if (kept === null || kept.previous === readIfThere(this.file)) return;
    if (kept.previous === null) removeDurably(this.file);
    else writeDurably(this.file, kept.previous);
  }
}

const keptName = 'previous-configuration.json';
const keptSchema = z.object({ previous: z.string().nullable() });

function parse(text: string): Record<string, unknown> | null {
  try {
    const parsed = z.record(z.string(), z.unknown()).safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
