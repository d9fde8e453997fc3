import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arrivalOf, type Piece } from './output-pieces.rules.ts';

const piece = fc.tuple(fc.nat(40), fc.nat(15)).map(([start, length]) => ({ start, end: start + length }));

describe('pieces of output', () => {
  it('never overlap, whatever arrives and how often', () => {
    fc.assert(
      fc.property(fc.array(piece), (arriving) => {
        const kept: Piece[] = [];
        for (const one of arriving) {
          const { keep } = arrivalOf(kept, one);
          if (!keep) continue;
          expect(keep.start).toBeGreaterThanOrEqual(one.start);
          expect(keep.end).toBeLessThanOrEqual(one.end);
          expect(keep.end).toBeGreaterThan(keep.start);
          for (const other of kept) expect(keep.end <= other.start || other.end <= keep.start).toBe(true);
          kept.push(keep);
        }
      }),
    );
  });

  it('are said again from where they are kept until all is there', () => {
    fc.assert(
      fc.property(fc.array(piece), fc.integer({ min: 1, max: 60 }), (before, total) => {
        const kept: Piece[] = [];
        for (const one of before) {
          const { keep } = arrivalOf(kept, one);
          if (keep) kept.push(keep);
        }
        let said = 0;
        while (said < total) {
          const { keep, keptUntil } = arrivalOf(kept, { start: said, end: total });
          expect(keptUntil).toBeGreaterThan(said);
          if (keep) kept.push(keep);
          said = keptUntil;
        }
        for (let byte = 0; byte < total; byte++) {
          expect(kept.some(({ start, end }) => start <= byte && byte < end)).toBe(true);
        }
      }),
    );
  });
});
