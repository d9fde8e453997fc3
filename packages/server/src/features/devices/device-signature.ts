import { createPublicKey, type KeyObject, verify } from 'node:crypto';

/** Whether `signature` over this text was made with the private half of an Ed25519 key; both are base64url. */
export function isSignedBy(publicKey: string, text: string, signature: string): boolean {
  const key = readPublicKey(publicKey);
  return key !== null && verify(null, Buffer.from(text), key, Buffer.from(signature, 'base64url'));
}

/** Whether this is a raw Ed25519 key in the one spelling that base64url has for its 32 bytes. */
export function isPublicKey(text: string): boolean {
  const bytes = Buffer.from(text, 'base64url');
  // The last character of 43 has two bits to spare: another spelling would be another device with the same key.
  return bytes.length === 32 && bytes.toString('base64url') === text;
}

function readPublicKey(publicKey: string): KeyObject | null {
  try {
    return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: publicKey }, format: 'jwk' });
  } catch {
    return null;
  }
}
