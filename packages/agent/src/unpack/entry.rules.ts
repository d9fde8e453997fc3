import path from 'node:path';

/** Where an entry lies below the folder that an archive is unpacked into; the folder itself is ''. */
export type Place = { place: string } | { fault: string };

/** Reads the name of an entry: it must lead to a place below the folder. */
export function placeOf(name: string): Place {
  const shown = JSON.stringify(name);
  if (name === '') return { fault: 'an entry has no name' };
  if (name.includes('\0')) return { fault: `the name ${shown} contains a NUL character` };
  if (name.startsWith('/')) return { fault: `the name ${shown} is absolute` };
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) return { fault: `the name ${shown} contains ".."` };
  if (parts.some((part) => Buffer.byteLength(part) > 255)) return { fault: `the name ${shown} is too long` };
  return { place: parts.join('/') };
}

/**
 * Why a symbolic link at `place` may not be, or null. `..` is taken only at the beginning of the target: behind a name
 * that is itself a link it would lead elsewhere than it seems to. So each link stays inside, and with it each chain.
 */
export function linkFault(place: string, target: string): string | null {
  const shown = `the link ${JSON.stringify(place)} to ${JSON.stringify(target)}`;
  if (target === '' || target.includes('\0')) return `${shown} has no usable target`;
  if (target.startsWith('/')) return `${shown} is absolute`;
  const parts = target.split('/').filter((part) => part !== '' && part !== '.');
  const climbs = parts.findIndex((part) => part !== '..');
  const ups = climbs === -1 ? parts.length : climbs;
  if (parts.slice(ups).includes('..')) return `${shown} has ".." behind a name`;
  const depth = path.posix.dirname(place) === '.' ? 0 : path.posix.dirname(place).split('/').length;
  return ups > depth ? `${shown} points outside` : null;
}
