import { execFileSync } from 'node:child_process';
import { verify } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildSync } from 'esbuild';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDeviceKey } from './device-key.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'tideway-key-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('the key of a device', () => {
  it('is the same at every start, and signs for its public half', () => {
    const [first, second] = [openDeviceKey(folder), openDeviceKey(folder)];
    const publicKey = { key: { kty: 'OKP', crv: 'Ed25519', x: first.publicKey }, format: 'jwk' } as const;
    expect(second.publicKey).toBe(first.publicKey);
    expect(verify(null, Buffer.from('text'), publicKey, Buffer.from(second.sign('text'), 'base64url'))).toBe(true);
  });

  it('is made whenever garbage is collected meanwhile', () => {
    const program = path.join(folder, 'make-keys.mjs');
    buildSync({
      stdin: {
        contents: "import { makeKey } from './device-key.ts'; for (let made = 0; made < 20_000; made += 1) makeKey();",
        resolveDir: import.meta.dirname,
      },
      outfile: program,
      bundle: true,
      platform: 'node',
      format: 'esm',
    });
    execFileSync(process.execPath, ['--gc-interval=97', program], { timeout: 100_000 });
  });
});
