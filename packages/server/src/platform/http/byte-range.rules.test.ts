import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readByteRange } from './byte-range.rules.ts';

describe('a range of bytes', () => {
  it.each([
    ['bytes=0-', { start: 0, end: 9 }],
    ['bytes=4-', { start: 4, end: 9 }],
    ['bytes=2-5', { start: 2, end: 5 }],
    ['bytes=2-500', { start: 2, end: 9 }],
    ['bytes=9-9', { start: 9, end: 9 }],
    ['bytes=-3', { start: 7, end: 9 }],
    ['bytes=-30', { start: 0, end: 9 }],
  ])('of ten is read from %s', (header, range) => {
    expect(readByteRange(header, 10)).toEqual(range);
  });

  it.each([undefined, '', 'bytes=-', 'bytes=10-', 'bytes=5-4', 'bytes=-0', 'bytes=0-1,3-4', 'lines=0-1', 'bytes=a-'])(
    'means the whole where it is %s',
    (header) => {
      expect(readByteRange(header, 10)).toBeNull();
    },
  );

  it('never reaches outside of the body', () => {
    const number = fc.option(fc.nat(1000), { nil: '' });
    fc.assert(
      fc.property(number, number, fc.nat(500), (first, last, size) => {
        const range = readByteRange(`bytes=${first}-${last}`, size);
        if (range === null) return;
        expect(range.start).toBeGreaterThanOrEqual(0);
        expect(range.end).toBeGreaterThanOrEqual(range.start);
        expect(range.end).toBeLessThan(size);
      }),
    );
  });
});
