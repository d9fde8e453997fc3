import { createHash } from 'node:crypto';

/** What is stored of a token. Tokens are random and long, so a fast hash is enough. */
export function hashToken(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
