import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Packages for other platforms that the lock file leaves out. npm writes such a lock silently where the registry does
 * not have them yet, and then `npm ci` fails in every fresh clone.
 */
export function missingPlatformPackages(root) {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const locked = new Set(Object.keys(packages).map((path) => path.split('node_modules/').at(-1)));
  return Object.entries(packages).flatMap(([path, entry]) =>
    Object.keys(entry.optionalDependencies ?? {})
      .filter((name) => !locked.has(name))
      .map((name) => `package-lock.json: ${path} wants ${name}, which is not locked`),
  );
}
