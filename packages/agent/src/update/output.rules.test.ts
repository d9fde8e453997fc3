import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createStepOutput, maxOutputBytes } from './output.rules.ts';

const room = maxOutputBytes;

describe('the output of a step', () => {
  it('passes its beginning on at once, and keeps a short one whole', () => {
    const output = createStepOutput(room);
    expect(output.add('hello\n', 0)).toBe('hello\n');
    expect(output.end(true, room)).toBe('');
  });

  it('passes on all that a step says that goes on slowly, for as long as that leaves room for others', () => {
    const output = createStepOutput(room);
    const line = `${'a'.repeat(49)}\n`;
    const said = Array.from({ length: 2000 }, (_, second) => output.add(line, second));
    expect(said.findIndex((live) => live !== line)).toBe(Math.floor((2048 + room / 16) / line.length));
  });

  it('passes on nothing more of a flood, also when it has become slow', () => {
    const output = createStepOutput(room);
    expect(output.add('x'.repeat(3000), 0)).toBe('x'.repeat(2048));
    expect(output.add('later\n', 600)).toBe('');
    expect(output.end(false, room)).toBe(`${'x'.repeat(952)}later\n`);
  });

  it('keeps of a long success the beginning and the end, and says how much is gone', () => {
    const kept = collect(['x'.repeat(100_000), 'the end'], true);
    expect(Buffer.byteLength(kept)).toBeLessThan(4200);
    expect(kept).toMatch(/^x{2048}\n\[… 95911 bytes left out …\]\nx{2041}the end$/);
  });

  it('keeps a failure whole where there is room', () => {
    expect(collect(['y'.repeat(100_000), 'error'], false)).toBe(`${'y'.repeat(100_000)}error`);
  });

  it('keeps of a huge failure the beginning and the end', () => {
    const kept = collect(['begin', ...Array.from({ length: 100 }, () => 'z'.repeat(100_000)), 'error'], false);
    expect(kept.startsWith('beginzzz')).toBe(true);
    expect(kept.endsWith('zzzerror')).toBe(true);
    expect(Buffer.byteLength(kept)).toBeLessThan(room);
  });

  it('counts to the byte what it leaves out, and never tears a character', () => {
    fc.assert(
      fc.property(
        fc.array(chunks, { maxLength: 12 }),
        fc.boolean(),
        fc.integer({ min: 0, max: 9000 }),
        fc.integer({ min: 0, max: 30 }),
        (pieces, succeeded, room, secondsApart) => {
          const output = createStepOutput(room);
          const live = pieces.map((piece, index) => output.add(piece, index * secondsApart)).join('');
          const kept = live + output.end(succeeded, room);
          const whole = pieces.join('');
          const gap = /\n\[… (\d+) bytes left out …\]\n/.exec(kept);
          if (!gap) {
            expect(kept).toBe(whole);
            return;
          }
          const front = kept.slice(0, gap.index);
          const back = kept.slice(gap.index + gap[0].length);
          expect(whole.startsWith(front)).toBe(true);
          expect(whole.endsWith(back)).toBe(true);
          expect(Buffer.byteLength(front + back) + Number(gap[1])).toBe(Buffer.byteLength(whole));
        },
      ),
    );
  });
});

const chunks = fc.string({ unit: fc.constantFrom('a', 'ä', '€', '🚀'), maxLength: 3000, minLength: 0, size: 'max' });

function collect(pieces: string[], succeeded: boolean): string {
  const output = createStepOutput(room);
  const live = pieces.map((piece) => output.add(piece, 0)).join('');
  return live + output.end(succeeded, room);
}
