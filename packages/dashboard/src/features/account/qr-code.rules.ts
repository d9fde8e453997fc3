import { encode } from 'uqr';

/** A QR code as one SVG path in a square of `size` modules, quiet zone included. */
export type QrPath = { size: number; d: string };

/** Each row of dark modules is one rectangle in the path. */
export function qrPath(text: string): QrPath {
  const { size, data } = encode(text, { border: 4 });
  const rows = data.flatMap((row, y) => runsOf(row).map(([x, length]) => `M${x} ${y}h${length}v1h-${length}z`));
  return { size, d: rows.join('') };
}

/** Where dark modules follow each other, and how many. */
function runsOf(row: boolean[]): [x: number, length: number][] {
  const runs: [number, number][] = [];
  row.forEach((isDark, x) => {
    const last = runs.at(-1);
    if (!isDark) return;
    if (last && last[0] + last[1] === x) last[1] += 1;
    else runs.push([x, 1]);
  });
  return runs;
}
