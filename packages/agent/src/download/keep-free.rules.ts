/** Room that downloads, and what is placed, leave on the disk; null is what is usual for its size. */
export type KeepFree = { bytes: number } | { share: number } | null;

const usualShare = 0.05;
const leastBytes = 64e6;
const mostBytes = 1e9;

/**
 * Bytes that are to stay free on a disk of this size. Usually a twentieth of it, but at least 64 MB, as far as that is
 * not more than a quarter of a small disk, and at most a gigabyte.
 */
export function keptFreeBytes(setting: KeepFree, diskBytes: number): number {
  if (setting && 'bytes' in setting) return setting.bytes;
  if (setting) return Math.ceil(setting.share * diskBytes);
  const least = Math.min(leastBytes, diskBytes / 4);
  return Math.ceil(Math.min(Math.max(usualShare * diskBytes, least), mostBytes));
}
