// Puts a program and all it imports into one file below dist/. It takes a fifth of a second, so every start does it.
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { root } from './ensure-install.mjs';

const entries = {
  tideway: 'packages/cli/src/main.ts',
  'tideway-agent': 'packages/agent/src/main.ts',
  demo: 'packages/testkit/src/demo/main.ts',
  bench: 'bench/main.ts',
  screenshots: 'packages/testkit/src/screenshots/main.ts',
};

const dist = join(root, 'dist');

const asOneModule = {
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  format: 'esm',
  // Packages written for CommonJS ask for a `require`, which an ES module has not.
  banner: { js: "import{createRequire as _require}from'node:module';const require=_require(import.meta.url);" },
  logLevel: 'warning',
};

/** Bundles one program (`tideway`, `tideway-agent`, `demo`, `bench` or `screenshots`) and gives the URL of its file, to be imported or run. */
export async function bundle(name) {
  const temporary = join(dist, `.${name}-${process.pid}`);
  if (!mayWrite(temporary)) return bundledBefore(name);
  try {
    await build({
      ...asOneModule,
      entryPoints: { [name]: join(root, entries[name]) },
      outdir: temporary,
      outExtension: { '.js': '.mjs' },
      sourcemap: true,
      external: ['pg-native', 'playwright-core'],
      define: { TIDEWAY_AGENT_VERSION: JSON.stringify(`${packageVersion('agent')}+checkout`) },
    });
    copyMigrations(temporary);
    cpSync(join(root, 'packages/server/src/device-channel/install/install.sh'), join(temporary, 'install.sh'));
    // Renamed when they are whole: two programs may be started at the same time.
    for (const file of readdirSync(temporary)) renameSync(join(temporary, file), join(dist, file));
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
  process.setSourceMapsEnabled(true);
  return pathToFileURL(join(dist, `${name}.mjs`)).href;
}

/**
 * Makes dist/agent/, the program that a server gives out to devices, with its manifest. Its version holds a hash of its
 * own text, so that no two builds have the same. Executables of this version that are there stay in the manifest.
 */
export async function bundleAgentProgram() {
  const folder = join(dist, 'agent');
  const temporary = join(folder, `.new-${process.pid}`);
  if (!mayWrite(temporary)) return folder;
  try {
    const { version, text } = await buildAgentProgram();
    if (readAgentManifest(folder)?.version === version) return folder;
    const file = { name: 'tideway-agent.mjs', kind: 'node', os: null, arch: null, ...sizeAndHash(text) };
    writeFileSync(join(temporary, file.name), text);
    writeFileSync(join(temporary, 'manifest.json'), JSON.stringify({ version, files: [file] }, null, 2));
    for (const name of [file.name, 'manifest.json']) renameSync(join(temporary, name), join(folder, name));
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
  return folder;
}

/**
 * The program as one text: a module, or in CommonJS (`cjs`), which Node's executables need. Both have the version of the
 * module.
 */
export async function buildAgentProgram(format = 'esm') {
  const unhashed = `${packageVersion('agent')}+000000000000`;
  const { text } = await buildAgentText({}, unhashed);
  const version = unhashed.replace(/0+$/, createHash('sha256').update(text).digest('hex').slice(0, 12));
  if (format === 'esm') return { version, text: text.replaceAll(unhashed, version) };
  return { version, ...(await buildAgentText({ format, banner: {} }, version)) };
}

async function buildAgentText(options, version) {
  const { outputFiles } = await build({
    ...asOneModule,
    ...options,
    entryPoints: [join(root, entries['tideway-agent'])],
    write: false,
    minifyWhitespace: true,
    minifySyntax: true,
    define: { TIDEWAY_AGENT_VERSION: JSON.stringify(version) },
  });
  return { text: outputFiles[0].text };
}

/** Puts executables for Linux that were built from this version into the manifest; gives their entries. */
export function addExecutables(version, built) {
  const folder = join(dist, 'agent');
  const manifest = readAgentManifest(folder);
  if (manifest?.version !== version) throw new Error('The program of the agent has changed meanwhile: build it anew');
  const executables = built.map(({ name, arch }) => {
    const file = { name, kind: 'executable', os: 'linux', arch };
    return { ...file, ...sizeAndHash(readFileSync(join(folder, name))) };
  });
  const files = [...manifest.files.filter(({ kind }) => kind !== 'executable'), ...executables];
  const temporary = join(folder, `.manifest-${process.pid}`);
  writeFileSync(temporary, JSON.stringify({ version, files }, null, 2));
  renameSync(temporary, join(folder, 'manifest.json'));
  return executables;
}

/** Null where none was made, or an unfinished one. */
function readAgentManifest(folder) {
  try {
    return JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));
  } catch {
    return null;
  }
}

function sizeAndHash(bytes) {
  return { size: Buffer.byteLength(bytes), sha256: createHash('sha256').update(bytes).digest('hex') };
}

function packageVersion(name) {
  return JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8')).version;
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
