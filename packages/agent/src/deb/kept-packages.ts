import { existsSync, readdirSync, realpathSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { makeFolder } from '../system/durable-file.ts';
import { copyWithAttributes, linkIfPossible } from '../system/files.ts';
import { resolveBelowRoot } from '../system/paths.ts';
import type { PackageState } from './deb-text.rules.ts';
import type { PackageTools } from './package-tools.ts';

/** A package in a file. */
export type PackageFile = { name: string; version: string; file: string };

/**
 * The `.deb` files of the packages that came as artifacts and are on the device now: no source has them, and a later
 * update may have to go back to them. They can be removed at any time.
 */
export class KeptPackages {
  private readonly root: string;

  constructor(root: string) {
    this.root = root;
  }

  /** Keeps these, and forgets those that are not on the device any more. */
  async keep(files: PackageFile[], now: Map<string, PackageState>): Promise<void> {
    makeFolder(this.folder);
    for (const one of files) {
      const to = path.join(this.folder, fileNameOf(one));
      const beside = `${to}.new`;
      rmSync(beside, { force: true });
      // Not the link that names it for apt-get: what that leads to ends with the update.
      const file = realpathSync(one.file);
      if (!linkIfPossible(file, beside)) await copyWithAttributes(file, beside);
      renameSync(beside, to);
    }
    const current = new Set([...now].map(([name, { version }]) => fileNameOf({ name, version })));
    for (const name of readdirSync(this.folder)) {
      if (!current.has(name)) rmSync(path.join(this.folder, name), { force: true });
    }
  }

  /** The file of a package, kept by us or still in the cache of apt-get; null where neither has it. */
  async find(name: string, version: string, tools: PackageTools): Promise<string | null> {
    const bare = name.replace(/:.*/, '');
    const cache = resolveBelowRoot(this.root, '/var/cache/apt/archives');
    const cached = existsSync(cache) ? readdirSync(cache).filter((file) => file.startsWith(`${bare}_`)) : [];
    const files = [
      path.join(this.folder, fileNameOf({ name, version })),
      ...cached.map((file) => path.join(cache, file)),
    ];
    for (const file of files) {
      const fields = existsSync(file) ? await tools.fieldsOf(file) : null;
      if (fields?.name === name && fields.version === version) return file;
    }
    return null;
  }

  private get folder(): string {
    return resolveBelowRoot(this.root, '/var/cache/tideway-agent/packages');
  }
}

function fileNameOf({ name, version }: { name: string; version: string }): string {
  return `${encodeURIComponent(name)}_${encodeURIComponent(version)}.deb`;
}
