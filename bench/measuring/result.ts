/** A line of the table: what was measured, against what, and whether it is as it should be. */
export type Result = {
  name: string;
  /** `value / baseline`. */
  ratio: number;
  limit: number;
  direction: 'at_most' | 'at_least';
  holds: boolean;
  value: number;
  baseline: number;
  unit: string;
  /** What the numbers do not say by themselves. */
  note?: string;
};

/** A result with its ratio, and whether that holds. */
export function resultOf(measured: Omit<Result, 'ratio' | 'holds'>): Result {
  const ratio = measured.value / measured.baseline;
  const holds = measured.direction === 'at_most' ? ratio <= measured.limit : ratio >= measured.limit;
  return { ...measured, ratio, holds };
}
