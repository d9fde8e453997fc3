import { hashToken } from './hash-token.ts';

/** Tokens are told apart by how they begin: for access, pairing, claiming a device, sessions, and links to sign in. */
export type SecretTokenPrefix = 'twu' | 'twp' | 'twc' | 'tws' | 'twl';

/** A token that is shown once, and the hash that is stored of it. */
export type SecretToken = { token: string; hash: Buffer };

/** A new token with 256 bits of chance in it. */
export function createSecretToken(prefix: SecretTokenPrefix, randomBytes: (count: number) => Uint8Array): SecretToken {
  const token = `${prefix}_${Buffer.from(randomBytes(32)).toString('base64url')}`;
  return { token, hash: hashToken(token) };
}
