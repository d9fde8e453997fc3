import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { readSignedText, signText } from './signed-text.ts';
import { createTicket, readTicket, ticketValidForS } from './ticket.ts';

const key = randomBytes(32);
const device = { id: 7, session: 3 };

describe('a signed text', () => {
  it('is read by who has the key, for the use that it was signed for', () => {
    const signed = signText(key, 'challenge', 'some.text');
    expect(readSignedText(key, 'challenge', signed)).toBe('some.text');
    expect(readSignedText(key, 'ticket', signed)).toBeNull();
    expect(readSignedText(randomBytes(32), 'challenge', signed)).toBeNull();
  });

  it('is refused when a character of it has changed or is missing', () => {
    const signed = signText(key, 'challenge', 'some.text');
    // The last character of a signature in base64url carries two bits that mean nothing.
    for (let index = 0; index < signed.length - 1; index++) {
      const changed = `${signed.slice(0, index)}${signed[index] === 'A' ? 'B' : 'A'}${signed.slice(index + 1)}`;
      expect(readSignedText(key, 'challenge', changed)).toBeNull();
    }
    for (const cut of ['', '.', signed.slice(1), signed.slice(0, -1)]) {
      expect(readSignedText(key, 'challenge', cut)).toBeNull();
    }
  });
});

describe('a ticket', () => {
  it('counts for an hour', () => {
    const ticket = createTicket(key, device, 1000);
    expect(readTicket(key, ticket, 1000)).toEqual(device);
    expect(readTicket(key, ticket, 999 + ticketValidForS * 1000)).toEqual(device);
    expect(readTicket(key, ticket, 1000 + ticketValidForS * 1000)).toBeNull();
  });
});
