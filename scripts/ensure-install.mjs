// Installs the locked packages where they are missing or not those of package-lock.json. Needs nothing but Node and npm.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');

const stampFile = join(root, 'node_modules', '.tideway-lock');
const lockFolder = join(root, '.installing');

/** Makes node_modules what package-lock.json says. Commands that start together in a fresh clone take turns. */
export function ensureInstall() {
  refuseOldNode();
  if (isInstalled()) return;
  takeTurn();
  try {
    if (!isInstalled()) install();
  } finally {
    rmSync(lockFolder, { recursive: true, force: true });
  }
}

function refuseOldNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  fail(`Tideway needs Node.js 20.19 or newer; this is ${process.version}`);
}

/** A stamp and not the times of files: those lie after a checkout or a restored cache. */
function isInstalled() {
  try {
    return readFileSync(stampFile, 'utf8') === wantedStamp();
  } catch {
    return false;
  }
}

function wantedStamp() {
  const lock = readFileSync(join(root, 'package-lock.json'));
  return createHash('sha256').update(lock).update(process.platform).update(process.arch).digest('hex');
}

function install() {
  console.error('Installing packages (npm ci) …');
  const [command, ...words] = npm();
  const done = spawnSync(
    command,
    [...words, 'ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'],
    // Standard output belongs to the program that is started: its last line may be read by a machine.
    { cwd: root, env: cleanEnvironment(), stdio: ['ignore', 2, 2] },
  );
  if (done.status !== 0) fail(`npm ci failed (${done.error?.message ?? `exit code ${done.status}`})`);
  writeFileSync(stampFile, wantedStamp());
}

function npm() {
  const path = process.env.npm_execpath;
  return path?.endsWith('npm-cli.js') ? [process.execPath, path] : ['npm'];
}

/** What an outer npm passes on (its workspace, what it omits) must not shape this installation; where from, may. */
function cleanEnvironment() {
  const kept =
    /^npm_config_(registry|cache|userconfig|globalconfig|cafile|.*proxy|_?auth.*|strict_ssl|prefer_offline|offline)$/i;
  const entries = Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name) || kept.test(name));
  const { NODE_ENV, ...environment } = Object.fromEntries(entries);
  return NODE_ENV === 'production' ? environment : { ...environment, ...(NODE_ENV && { NODE_ENV }) };
}

function takeTurn() {
  const patienceMs = 10 * 60 * 1000;
  const deadline = Date.now() + patienceMs;
  while (!tryLock()) {
    if (Date.now() > deadline) fail(`Another installation has run for ten minutes; if none does, remove ${lockFolder}`);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
  }
}

function tryLock() {
  try {
    mkdirSync(lockFolder);
    writeFileSync(join(lockFolder, 'pid'), String(process.pid));
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    if (isAbandoned()) rmSync(lockFolder, { recursive: true, force: true });
    return false;
  }
}

function isAbandoned() {
  try {
    process.kill(Number(readFileSync(join(lockFolder, 'pid'), 'utf8')), 0);
    return false;
  } catch (error) {
    if (error.code === 'ESRCH') return true;
    // The holder is between making the folder and writing its number.
    return (
      error.code === 'ENOENT' &&
      Date.now() - (statSync(lockFolder, { throwIfNoEntry: false })?.mtimeMs ?? Date.now()) > 5000
    );
  }
}

function fail(sentence) {
  console.error(sentence);
  process.exit(1);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) ensureInstall();
