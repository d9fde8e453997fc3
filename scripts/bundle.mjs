// Puts a program and all it imports into one file below dist/. It takes a fifth of a second, so every start does it.
import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { root } from './ensure-install.mjs';

const entries = {
  tideway: 'packages/cli/src/main.ts',
  'tideway-agent': 'packages/agent/src/main.ts',
  demo: 'packages/testkit/src/demo/main.ts',
  bench: 'bench/main.ts',
};

const dist = join(root, 'dist');

/** Bundles one program (`tideway`, `tideway-agent`, `demo` or `bench`) and gives the URL of its file, to be imported or run. */
export async function bundle(name) {
  const temporary = join(dist, `.${name}-${process.pid}`);
  if (!mayWrite(temporary)) return bundledBefore(name);
  try {
    await build({
      entryPoints: { [name]: join(root, entries[name]) },
      outdir: temporary,
      outExtension: { '.js': '.mjs' },
      bundle: true,
      platform: 'node',
      target: 'node20.19',
      format: 'esm',
      sourcemap: true,
      external: ['pg-native'],
      // Packages written for CommonJS ask for a `require`, which an ES module has not.
      banner: { js: "import{createRequire as _require}from'node:module';const require=_require(import.meta.url);" },
      logLevel: 'warning',
    });
    copyMigrations(temporary);
    // Renamed when they are whole: two programs may be started at the same time.
    for (const file of readdirSync(temporary)) renameSync(join(temporary, file), join(dist, file));
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
  process.setSourceMapsEnabled(true);
  return pathToFileURL(join(dist, `${name}.mjs`)).href;
}

/** False in a clone of somebody else. */
function mayWrite(folder) {
  try {
    mkdirSync(folder, { recursive: true });
    return true;
  } catch (error) {
    if (error.code === 'EACCES' || error.code === 'EROFS') return false;
    throw error;
  }
}

function bundledBefore(name) {
  const file = join(dist, `${name}.mjs`);
  if (!existsSync(file)) {
    console.error(`${dist} cannot be written: start ${name} once as the owner of this folder`);
    process.exit(1);
  }
  process.setSourceMapsEnabled(true);
  return pathToFileURL(file).href;
}

function copyMigrations(temporary) {
  const source = join(root, 'packages/server/src/platform/database/migrations');
  const target = join(dist, 'migrations');
  mkdirSync(target, { recursive: true });
  for (const file of readdirSync(source)) {
    const copy = join(temporary, file);
    cpSync(join(source, file), copy);
    renameSync(copy, join(target, file));
  }
  for (const file of readdirSync(target)) if (!readdirSync(source).includes(file)) rmSync(join(target, file));
}
