import { describe, expect, it } from 'vitest';
import { hashPassword, verifyPassword } from './password.ts';

describe('a stored password', () => {
  it('is recognised again, and nothing else is', async () => {
    const stored = await hashPassword('correct horse');
    expect(await verifyPassword('correct horse', stored)).toBe(true);
    expect(await verifyPassword('correct horse ', stored)).toBe(false);
    expect(await verifyPassword('', stored)).toBe(false);
  });

  it('does not show the password, and is another one each time', async () => {
    const stored = await hashPassword('correct horse');
    expect(stored).not.toContain('horse');
    expect(await hashPassword('correct horse')).not.toBe(stored);
  });

  it('is the same for composed and decomposed letters', async () => {
    expect(await verifyPassword('Zu\u0308rich', await hashPassword('Z\u00fcrich'))).toBe(true);
  });

  it('that is damaged is recognised by nobody', async () => {
    expect(await verifyPassword('', 'scrypt$15$$')).toBe(false);
    expect(await verifyPassword('x', 'x')).toBe(false);
  });
});
