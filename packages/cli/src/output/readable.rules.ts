/** A time as people read it, in this machine's time zone: `2030-01-31 12:00:05`. */
export function timeText(time: string): string;
export function timeText(time: string | null): string | null;
export function timeText(time: string | null): string | null {
  if (time === null) return null;
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return time;
  const day = [date.getFullYear(), twoDigits(date.getMonth() + 1), twoDigits(date.getDate())].join('-');
  const clock = [date.getHours(), date.getMinutes(), date.getSeconds()].map(twoDigits).join(':');
  return `${day} ${clock}`;
}

/** A size as people read it: `12 B`, `1.5 MiB`. */
export function sizeText(bytes: number): string {
  const exponent = Math.min(units.length - 1, bytes < 1 ? 0 : Math.floor(Math.log2(bytes) / 10));
  const amount = bytes / 1024 ** exponent;
  return `${exponent === 0 ? amount : amount.toFixed(1)} ${units[exponent]}`;
}

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

function twoDigits(number: number): string {
  return String(number).padStart(2, '0');
}
