import { encode } from 'uqr';
import { describe, expect, it } from 'vitest';
import { qrPath } from './qr-code.rules.ts';

describe('a QR code as a path', () => {
  it('covers the dark modules and no others', () => {
    const text = 'otpauth://totp/Tideway:ada%40example.org?secret=JBSWY3DPEHPK3PXP';
    const { size, d } = qrPath(text);
    const { data } = encode(text, { border: 4 });
    const covered = data.map((row) => row.map(() => false));
    for (const [, x, y, length] of d.matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+z/g)) {
      for (let i = 0; i < Number(length); i += 1) {
        const row = covered[Number(y)];
        if (row) row[Number(x) + i] = true;
      }
    }
    expect(size).toBe(data.length);
    expect(covered).toEqual(data);
  });
});
