// Builds the dashboard into dist/dashboard/, which the server gives out. Seconds, so only where something has changed.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { root } from './ensure-install.mjs';

const source = join(root, 'packages/dashboard');
const built = join(root, 'dist/dashboard');
const stampName = '.built-from';

/** Makes dist/dashboard/ what its sources say, with compressed twins of its files. */
export async function buildDashboard() {
  const stamp = hashOfSources();
  if (readStamp() === stamp) return;
  const { build } = await import('vite');
  const temporary = join(root, 'dist', `.dashboard-${process.pid}`);
  try {
    mkdirSync(temporary, { recursive: true });
    await build({
      root: source,
      configFile: join(source, 'vite.config.ts'),
      logLevel: 'warn',
      build: { outDir: temporary, emptyOutDir: true },
    });
    for (const file of readdirSync(temporary, { recursive: true })) compress(join(temporary, file));
    writeFileSync(join(temporary, stampName), stamp);
    const old = `${temporary}-old`;
    if (existsSync(built)) renameSync(built, old);
    renameSync(temporary, built);
    rmSync(old, { recursive: true, force: true });
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

function readStamp() {
  try {
    return readFileSync(join(built, stampName), 'utf8');
  } catch {
    return null;
  }
}

/** Over all that goes in: its own files, the protocol's, and the versions of packages. */
function hashOfSources() {
  const hash = createHash('sha256').update(readFileSync(join(root, 'package-lock.json')));
  for (const folder of [source, join(root, 'packages/protocol')]) {
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const files = entries.map(({ parentPath, name }) => join(parentPath, name)).filter(isSource);
    for (const file of files.sort()) hash.update(`\n${file.slice(root.length)}\n`).update(readFileSync(file));
  }
  return hash.digest('hex');
}

function isSource(file) {
  return !file.includes('/node_modules/') && !/\.test\.tsx?$/.test(file);
}

function compress(file) {
  if (!/\.(js|css|svg|html)$/.test(file)) return;
  const bytes = readFileSync(file);
  writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }));
  writeFileSync(`${file}.br`, brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }));
}
