import { hashToken } from './authenticate-token.ts';

/** Access tokens, pairing tokens and claim tokens are told apart by how they begin. */
export type SecretTokenPrefix = 'twu' | 'twp' | 'twc';

/** A token that is shown once, and the hash that is stored of it. */
export type SecretToken = { token: string; hash: Buffer };

/** A new token with 256 bits of chance in it. */
export function createSecretToken(prefix: SecretTokenPrefix, randomBytes: (count: number) => Uint8Array): SecretToken {
  const token = `${prefix}_${Buffer.from(randomBytes(32)).toString('base64url')}`;
  return { token, hash: hashToken(token) };
}
