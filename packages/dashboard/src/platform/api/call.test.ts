import { describe, expect, it } from 'vitest';
import { path } from './call.ts';

describe('the path of a call', () => {
  it('quotes what stands in it', () => {
    expect(path`/${'farm'}/tags/${'50 % / ä?#'}`).toBe('/farm/tags/50%20%25%20%2F%20%C3%A4%3F%23');
  });

  it.each(['.', '..'])('holds no step that would make another call of it: %s', (name) => {
    expect(() => path`/farm/saved-filters/${name}`).toThrow(`Nothing can have the name "${name}"`);
  });
});
