import { readFileSync } from 'node:fs';

/**
 * Preloaded into a real agent: its calendar says what stands in a file from the moment on at which that is there, and
 * goes on from then. What counts the time since the boot stays as it is.
 */
const RealDate = Date;
const file = process.env.TEST_CLOCK ?? '';
let jump: { to: number; atMs: number } | null = null;

globalThis.Date = class extends RealDate {
  constructor(...given: [] | [number | string]) {
    super(given[0] ?? now());
  }

  static override now = now;
} as DateConstructor;

function now(): number {
  jump ??= jumpIn(file);
  return jump ? jump.to + performance.now() - jump.atMs : RealDate.now();
}

function jumpIn(file: string): typeof jump {
  try {
    return { to: RealDate.parse(readFileSync(file, 'utf8')), atMs: performance.now() };
  } catch {
    return null;
  }
}
