import { z } from 'zod';

const secondsPerUnit: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** Seconds of a duration written as `90s`, `15m`, `2h` or `7d`; null where the text is none. */
export function durationSeconds(text: string): number | null {
  const match = /^(\d{1,9})([smhd])$/.exec(text);
  if (!match?.[1] || !match[2]) return null;
  return Number(match[1]) * (secondsPerUnit[match[2]] ?? 0);
}

/** Seconds as `durationSeconds` reads them, in the largest unit that they are whole in: `90s`, `15m`, `2h`, `7d`. */
export function durationInUnit(seconds: number): string {
  const units = Object.entries(secondsPerUnit).reverse();
  const [unit, length] = units.find(([, size]) => seconds % size === 0) ?? ['s', 1];
  return `${seconds / length}${unit}`;
}

const longestS = 3650 * 86_400;

/** A duration such as `90s`, of ten years at most, parsed to seconds. */
export const durationSchema = z.string().transform((text, context) => {
  const seconds = durationSeconds(text);
  if (seconds === null || seconds === 0 || seconds > longestS) {
    const most = seconds === null || seconds === 0 ? '' : ', of at most 3650d';
    context.addIssue({ code: 'custom', message: `must be a duration such as 90s, 15m, 2h or 7d${most}` });
    return z.NEVER;
  }
  return seconds;
});
