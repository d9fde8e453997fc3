const numbers = new Intl.NumberFormat('en');

/** `12,345` */
export function numberText(value: number): string {
  return numbers.format(value);
}

/** `1 device`, `12,345 devices` */
export function countText(count: number, one: string, many = `${one}s`): string {
  return `${numberText(count)} ${count === 1 ? one : many}`;
}

/** `3.4 MB`, in powers of ten as shops and disks count. */
export function bytesText(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? numberText(value) : value.toFixed(value < 10 ? 1 : 0)} ${units[unit]}`;
}
