import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';

/**
 * Puts `content` in the place of `file`, so that a power cut leaves the old or the new content, never half, and the new
 * one for sure after the return. Synchronous: nothing else may happen before it stands.
 */
export function writeDurably(file: string, content: string | Uint8Array, mode = 0o600): void {
  const beside = `${file}.new`;
  try {
    writeToDisk(beside, content, mode);
    renameSync(beside, file);
  } catch (error) {
    removeQuietly(beside);
    throw error;
  }
  syncFolder(path.dirname(file));
}

/** Removes `file`, for sure after the return; nothing happens where there is none. */
export function removeDurably(file: string): void {
  rmSync(file, { force: true });
  syncFolder(path.dirname(file));
}

/** The content of `file`, or null where there is none. */
export function readIfThere(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

/** Makes a folder with all folders above it; nothing happens where it is there. */
export function makeFolder(folder: string): void {
  mkdirSync(folder, { recursive: true });
}

/** Makes a folder that only its owner can enter, also where it is there and open to others. */
export function makePrivateFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
}

/** Renames a file; nothing happens where there is none. */
export function moveIfThere(from: string, to: string): void {
  if (existsSync(from)) renameSync(from, to);
}

/** Removes a folder with all that is in it; nothing happens where there is none. */
export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

function writeToDisk(file: string, content: string | Uint8Array, mode: number): void {
  const handle = openSync(file, 'w', mode);
  try {
    writeFileSync(handle, content);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** A disk that takes nothing gives nothing away either: what matters is why the write failed. */
function removeQuietly(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {}
}

function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
