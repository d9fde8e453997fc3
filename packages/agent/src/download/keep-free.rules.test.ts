import { expect, it } from 'vitest';
import { keptFreeBytes } from './keep-free.rules.ts';

it.each([
  [null, 20e6, 5e6],
  [null, 500e6, 64e6],
  [null, 8e9, 400e6],
  [null, 2e12, 1e9],
  [{ bytes: 0 }, 8e9, 0],
  [{ bytes: 200e6 }, 8e9, 200e6],
  [{ share: 0.1 }, 2e12, 200e9],
])('%j of a disk of %d bytes stay free as %d', (setting, disk, kept) => {
  expect(keptFreeBytes(setting, disk)).toBe(kept);
});
