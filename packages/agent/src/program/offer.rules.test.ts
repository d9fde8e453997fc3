import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fileFor, nextTryMs, verdictOn, wantedVersion } from './offer.rules.ts';

const offer = { version: '2.0.0', spread_s: 0 };

describe('the version that an agent changes to', () => {
  it('is any other that the server gives out, but for one that was given up', () => {
    expect(wantedVersion(offer, '1.0.0', [])).toBe('2.0.0');
    expect(wantedVersion(offer, '3.0.0', [])).toBe('2.0.0');
    expect(wantedVersion(offer, '2.0.0', [])).toBeNull();
    expect(wantedVersion(null, '1.0.0', [])).toBeNull();
    expect(wantedVersion(offer, '1.0.0', [{ version: '2.0.0', fault: 'silent', isFinal: false }])).toBeNull();
  });
});

describe('the file of a manifest', () => {
  const common = { size: 1, sha256: 'a'.repeat(64) };
  const node = { ...common, name: 'n', kind: 'node' as const, os: null, arch: null };
  const arm = { ...common, name: 'a', kind: 'executable' as const, os: 'linux', arch: 'arm64' };
  const manifest = { version: '2.0.0', files: [node, arm] };

  it('is one of the same kind, for the machine', () => {
    expect(fileFor(manifest, { kind: 'node', os: 'linux', arch: 'riscv64' })).toBe(node);
    expect(fileFor(manifest, { kind: 'executable', os: 'linux', arch: 'arm64' })).toBe(arm);
    expect(fileFor(manifest, { kind: 'executable', os: 'linux', arch: 'x64' })).toBeNull();
  });
});

describe('a version that was given up', () => {
  const rejection = (fault: string, isFinal = false) => ({ version: '2.0.0', fault, isFinal });

  it('is given up for good where it crashed, or where its predecessor reached the server at once', () => {
    expect(verdictOn(rejection('crashed with exit code 1'), 10 * 60_000)).toBe('for_good');
    expect(verdictOn(rejection('silent'), 5000)).toBe('for_good');
  });

  it('is tried again where its predecessor did not reach the server either for long', () => {
    expect(verdictOn(rejection('silent'), 10 * 60_000)).toBe('pardon');
    expect(verdictOn(rejection('silent', true), 10 * 60_000)).toBe('stands');
  });
});

describe('the time to the next try', () => {
  it('rises to an hour and never beyond', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), fc.double({ min: 0, max: 1, noNaN: true }), (failures, random) => {
        const ms = nextTryMs(failures, random);
        expect(ms).toBeGreaterThanOrEqual(2500);
        expect(ms).toBeLessThanOrEqual(3_600_000);
      }),
    );
    expect(nextTryMs(100, 1)).toBe(3_600_000);
  });
});
