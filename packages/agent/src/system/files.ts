import {
  chmodSync,
  constants,
  lchownSync,
  linkSync,
  lstatSync,
  readlinkSync,
  type Stats,
  symlinkSync,
  utimesSync,
} from 'node:fs';
import { copyFile, open } from 'node:fs/promises';

/** What is at `file` itself, links not followed; undefined where there is nothing. */
export function lookAt(file: string): Stats | undefined {
  try {
    return lstatSync(file);
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
}

/** Gives a file, or a link itself, a second name; false where that cannot be: on another file system, or without the right to. */
export function linkIfPossible(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (hasCode(error, 'EXDEV', 'EPERM', 'EMLINK', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS')) return false;
    throw error;
  }
}

/** Copies a file with its mode, owner and times, or a link itself, for sure on the disk after the return. */
export async function copyWithAttributes(from: string, to: string): Promise<void> {
  const { uid, gid, mode, atime, mtime } = lstatSync(from);
  const isLink = (mode & constants.S_IFMT) === constants.S_IFLNK;
  if (isLink) symlinkSync(readlinkSync(from), to);
  else await copyFile(from, to, constants.COPYFILE_FICLONE);
  const copy = lstatSync(to);
  if (copy.uid !== uid || copy.gid !== gid) lchownSync(to, uid, gid);
  if (isLink) return;
  // After the owner: changing that takes the setuid bits away.
  chmodSync(to, mode & 0o7777);
  utimesSync(to, atime, mtime);
  await forceToDisk(to);
}

/** Whether the operating system gave one of these codes. */
export function hasCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}

/** Whether the operating system refused something, as opposed to a fault of our own. */
export function isSystemFault(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}

async function forceToDisk(file: string): Promise<void> {
  const handle = await open(file, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
