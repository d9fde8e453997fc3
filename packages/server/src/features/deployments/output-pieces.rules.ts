/** Bytes of an update's output, from `start` on and without `end`. */
export type Piece = { start: number; end: number };

/** Of a piece that arrives: what is to be kept of it, and up to where there is then all from its start on. */
export type Arrival = { keep: Piece | null; keptUntil: number };

/**
 * Compares a piece with those that are kept. What is kept stays as it is, so that pieces never overlap; a piece that
 * reaches over a kept one is kept up to there, and its rest is said again.
 */
export function arrivalOf(kept: readonly Piece[], piece: Piece): Arrival {
  const start = coveredUntil(kept, piece.start);
  const next = Math.min(piece.end, ...kept.map((one) => one.start).filter((at) => at >= start));
  const keep = start < next ? { start, end: next } : null;
  return { keep, keptUntil: coveredUntil(keep ? [...kept, keep] : kept, piece.start) };
}

/** Where the first byte is missing, from `at` on. */
function coveredUntil(kept: readonly Piece[], at: number): number {
  const over = kept.find((piece) => piece.start <= at && at < piece.end);
  return over ? coveredUntil(kept, over.end) : at;
}
