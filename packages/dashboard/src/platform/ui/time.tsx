import { tickMs, useClock } from './clock.ts';

const wholeTime = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const steps: [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
];

/** A time as the viewer reads clocks; in UTC where the pointer rests. `as="ago"` says how long it is away. */
export function Time({ at, as = 'time' }: { at: string | null; as?: 'time' | 'ago' }) {
  const nowMs = useClock(as === 'ago');
  if (at === null) return <span>—</span>;
  const date = new Date(at);
  return (
    <time dateTime={at} title={`${utcText(at)}${as === 'ago' ? `\n${wholeTime.format(date)}` : ''}`}>
      {as === 'ago' ? agoText(date.getTime() - nowMs) : wholeTime.format(date)}
    </time>
  );
}

/** `2026-11-28 17:03:21 UTC` */
export function utcText(at: string): string {
  return `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** `90 s`, `15 min`, `2 h 5 min`, `3 d 4 h` */
export function durationText(seconds: number): string {
  const parts: [number, string][] = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor((seconds % 86_400) / 3600), 'h'],
    [Math.floor((seconds % 3600) / 60), 'min'],
    [Math.floor(seconds % 60), 's'],
  ];
  const first = parts.findIndex(([value]) => value > 0);
  if (first === -1) return '0 s';
  const shown = parts.slice(first, first + 2).filter(([value]) => value > 0);
  return shown.map(([value, unit]) => `${value} ${unit}`).join(' ');
}

/** `1.9 s`; from ten seconds on as `durationText`. What took 1.9 s has not held within 2 s, and did not take 1 s. */
export function fineDurationText(seconds: number): string {
  return seconds < 9.95 ? `${seconds.toFixed(1)} s` : durationText(Math.round(seconds));
}

function agoText(differenceMs: number): string {
  const seconds = Math.round(differenceMs / 1000);
  // Clocks of server and viewer are never quite the same, and this one may be a tick old.
  if (seconds > -3 && seconds < 3 + tickMs / 1000) return 'now';
  const [unit, length] = steps.find(([, size]) => Math.abs(seconds) >= size) ?? ['second', 1];
  return relative.format(Math.trunc(seconds / length), unit);
}
