import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { registryArtifactAddress, registryAuthorization } from './registry-source.ts';

describe('the address of an artifact in a registry', () => {
  it.each([
    ['https://files.example.org', 'a.bin', 'https://files.example.org/a.bin'],
    ['https://files.example.org/', 'a/b.bin', 'https://files.example.org/a/b.bin'],
    ['http://10.0.0.1:8081/artifactory/releases/', 'a.bin', 'http://10.0.0.1:8081/artifactory/releases/a.bin'],
    ['registry.example.org:5000', 'a.bin', 'https://registry.example.org:5000/a.bin'],
    ['[::1]:5000', 'a.bin', 'https://[::1]:5000/a.bin'],
    ['https://a/b', 'c d/é#1?x=%2e;y+z', 'https://a/b/c%20d/%C3%A9%231%3Fx%3D%252e%3By%2Bz'],
  ])('%s and %s', (url, path, address) => expect(registryArtifactAddress({ url }, path)).toBe(address));

  it('is below that of the registry, whatever the path is that an artifact may have', () => {
    const segment = fc.string({ minLength: 1, maxLength: 8, unit: 'grapheme' }).filter(isSegment);
    fc.assert(
      fc.property(fc.array(segment, { minLength: 1, maxLength: 4 }), (segments) => {
        const address = new URL(registryArtifactAddress({ url: 'https://a.example/base' }, segments.join('/')));
        expect([address.origin, address.search, address.hash]).toEqual(['https://a.example', '', '']);
        expect(address.pathname.split('/').slice(2).map(decodeURIComponent)).toEqual(segments);
      }),
    );
  });
});

describe('what a registry knows a device by', () => {
  it('is Basic authorization in UTF-8, or nothing', () => {
    const registry = { url: 'https://a', username: 'fleet', password: 'pä:ss' };
    const expected = `Basic ${Buffer.from('fleet:pä:ss').toString('base64')}`;
    expect(registryAuthorization(registry)).toBe(expected);
    expect(registryAuthorization({ ...registry, username: null, password: null })).toBeUndefined();
  });
});

/** Artifact paths have no others. */
function isSegment(text: string): boolean {
  return !/[/\\\p{Cc}\p{Cs}]|^\.{1,2}$/u.test(text);
}
