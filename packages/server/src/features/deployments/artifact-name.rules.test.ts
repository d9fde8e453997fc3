import { findReferences } from '@tideway/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canBecome } from './artifact-name.rules.ts';

const version = '${{ inputs.version }}';

describe("a flow's name for an artifact", () => {
  it.each([
    ['app/1.0/app.bin', 'app/1.0/app.bin', true],
    ['app/1.0/app.bin', 'app/1.0/app.bin2', false],
    ['app/1.0/app.bin', 'app/1.0', false],
    [`app/${version}/app.bin`, 'app/1.0/app.bin', true],
    [`app/${version}/app.bin`, 'app/1.0/beta/app.bin', true],
    [`app/${version}/app.bin`, 'app/1.0/other.bin', false],
    [`app/${version}/app.bin`, 'app/app.bin', false],
    [version, 'app/1.0', true],
    [`${version}/app-${version}.bin`, 'one/app-two.bin', true],
    [`${version}/app-${version}.bin`, 'one/two.bin', false],
    [`a${version}a`, 'a', false],
    [`${version}ab${version}ab`, 'ab', false],
    [`${version}ab${version}ab`, 'abab', true],
    ['app/${{ config.channel }}/${{deployment.id}}', 'app/a/b', true],
    [`app/[0-9]+/${version}`, 'app/7/x', false],
  ])('%s can become %s: %s', (name, path, expected) => {
    expect(canBecome(name, path)).toBe(expected);
  });

  it('can become whatever its references make of it', () => {
    const written = fc.string().filter((text) => !text.includes('$') && !text.includes('{'));
    const parts = fc.array(fc.record({ value: fc.string(), written }), { maxLength: 5 });
    fc.assert(
      fc.property(written, parts, (first, more) => {
        const name = first + more.map((part) => version + part.written).join('');
        const path = first + more.map((part) => part.value + part.written).join('');
        expect(findReferences(name).references).toHaveLength(more.length);
        expect(canBecome(name, path)).toBe(true);
      }),
    );
  });

  it('is compared in no time, however many references it has', () => {
    expect(canBecome(`${`${version}a`.repeat(5000)}b`, 'a'.repeat(1024))).toBe(false);
  });
});
