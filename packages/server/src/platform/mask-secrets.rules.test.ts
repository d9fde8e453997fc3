import { describe, expect, it } from 'vitest';
import { maskSecrets } from './mask-secrets.rules.ts';

describe('masking secrets', () => {
  it.each([
    ['the token twu_Ab-3_x is bad', 'the token twu_*** is bad'],
    ['{"a":"twp_abc","b":"twc_def"}', '{"a":"twp_***","b":"twc_***"}'],
    ['authorization: Bearer abc.def"', 'authorization: Bearer ***"'],
    ['postgres://tideway:hunter2@db:5432/tideway', 'postgres://tideway:***@db:5432/tideway'],
    [`ticket 7.${'k'.repeat(43)}.1999999999999.${'s'.repeat(43)}`, 'ticket ***'],
  ])('of %s', (text, masked) => {
    expect(maskSecrets(text)).toBe(masked);
  });

  it.each(['GET /api/v2/greenhouses/devices', 'request 9f2c1d7e-1e0b', 'http://127.0.0.1:8080/healthz'])(
    'leaves %s as it is',
    (text) => {
      expect(maskSecrets(text)).toBe(text);
    },
  );
});
