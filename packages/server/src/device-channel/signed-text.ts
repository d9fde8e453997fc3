import { createHmac, timingSafeEqual } from 'node:crypto';

/** What a text is signed for; one signed for the one use is never taken for the other. */
export type SignedUse = 'challenge' | 'ticket';

/** A text with the installation's signature (HMAC-SHA-256), that every server of the installation can check. */
export function signText(key: Uint8Array, use: SignedUse, text: string): string {
  return `${text}.${signatureOf(key, use, text).toString('base64url')}`;
}

/** The text that was signed, or null where we have not signed it for this use. */
export function readSignedText(key: Uint8Array, use: SignedUse, signed: string): string | null {
  const end = signed.lastIndexOf('.');
  const text = signed.slice(0, Math.max(0, end));
  const given = Buffer.from(signed.slice(end + 1), 'base64url');
  const expected = signatureOf(key, use, text);
  return given.length === expected.length && timingSafeEqual(given, expected) ? text : null;
}

function signatureOf(key: Uint8Array, use: SignedUse, text: string): Buffer {
  return createHmac('sha256', key).update(`${use}\n${text}`).digest();
}
