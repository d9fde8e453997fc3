import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { openSecrets, sealSecrets } from './secret-box.ts';

const key = randomBytes(32);
const secrets = { password: 'geheim ☂', empty: '' };

describe('a box of secrets', () => {
  it('gives back what was put in, and does not show it', () => {
    const box = sealSecrets(key, secrets, randomBytes);
    expect(openSecrets(key, box)).toEqual(secrets);
    expect(box.toString('latin1')).not.toContain('geheim');
    expect(sealSecrets(key, secrets, randomBytes)).not.toEqual(box);
  });

  it('does not open with another key, or when any byte of it has changed', () => {
    const box = sealSecrets(key, secrets, randomBytes);
    expect(() => openSecrets(randomBytes(32), box)).toThrow();
    for (const index of box.keys()) {
      const changed = Buffer.from(box);
      changed.writeUInt8((changed.readUInt8(index) + 1) % 256, index);
      expect(() => openSecrets(key, changed)).toThrow();
    }
  });
});
