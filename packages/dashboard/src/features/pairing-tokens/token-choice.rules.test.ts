import { describe, expect, it } from 'vitest';
import { choiceText, type TokenChoice, tokenBody } from './token-choice.rules.ts';

const choice: TokenChoice = { uses: 1, validFor: '1d', group: null, needsApproval: false };
const now = Date.parse('2026-01-01T00:00:00Z');

describe('a pairing token', () => {
  it('is said in words as it was chosen', () => {
    expect(choiceText(choice)).toBe('For one device, valid for a day');
    expect(choiceText({ ...choice, uses: 12, validFor: '1h' })).toBe('For 12 devices, valid for an hour');
    expect(choiceText({ ...choice, uses: '05' })).toBe('For 5 devices, valid for a day');
    expect(choiceText({ uses: '', validFor: 'always', group: 'North', needsApproval: true })).toBe(
      'For any number of devices, valid until it is revoked, into the group North, to be approved',
    );
  });

  it('holds what was chosen', () => {
    expect(tokenBody(choice, now)).toEqual({ uses: 1, expires_at: '2026-01-02T00:00:00.000Z' });
    expect(tokenBody({ ...choice, uses: '05' }, now)).toMatchObject({ uses: 5 });
    expect(tokenBody({ uses: '', validFor: 'always', group: 'North', needsApproval: true }, now)).toEqual({
      group: 'North',
      needs_approval: true,
    });
  });
});
