import { describe, expect, it } from 'vitest';
import { sizeText, timeText } from './readable.rules.ts';

describe('what people read', () => {
  it('is a time of their own zone', () => {
    const noon = new Date(2030, 0, 31, 12, 0, 5);
    expect(timeText(noon.toISOString())).toBe('2030-01-31 12:00:05');
    expect(timeText(null)).toBeNull();
  });

  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1.0 KiB'],
    [1_572_864, '1.5 MiB'],
    [3 * 1024 ** 3, '3.0 GiB'],
  ])('is a size: %d', (bytes, text) => expect(sizeText(bytes)).toBe(text));
});
