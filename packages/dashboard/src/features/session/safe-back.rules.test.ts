import { describe, expect, it } from 'vitest';
import { safeBack } from './safe-back.rules.ts';

const origin = 'https://updates.example.com';

describe('the way back after signing in', () => {
  it('leads to the page that was asked for, with all that stands in its address', () => {
    expect(safeBack('/p/farm/devices?search=%22a%2Fb%22#content', origin)).toBe(
      '/p/farm/devices?search=%22a%2Fb%22#content',
    );
    expect(safeBack(undefined, origin)).toBe('/');
  });

  it.each([
    'https://elsewhere.example.com/',
    '//elsewhere.example.com',
    '/\\elsewhere.example.com',
    '/\t/elsewhere.example.com',
    '/.//elsewhere.example.com',
    'javascript:alert(1)',
    'p/farm',
    'http://[',
  ])('never leads elsewhere: %j', (back) => {
    expect(safeBack(back, origin)).toBe('/');
  });
});
