import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

/** What is stored of a password, as `scrypt$15$<salt>$<hash>`: the cost's exponent, and both in base64url. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const hash = await derive(password, salt, costExponent);
  return ['scrypt', costExponent, salt.toString('base64url'), hash.toString('base64url')].join('$');
}

/** Whether this is the password that `stored` was made from. */
export async function verifyPassword(password: string, stored: string): Promise<boolean> {
  const [, exponent, salt, hash] = /^scrypt\$(\d{1,2})\$([\w-]+)\$([\w-]+)$/.exec(stored) ?? [];
  if (exponent === undefined || salt === undefined || hash === undefined) return false;
  const expected = Buffer.from(hash, 'base64url');
  const actual = await derive(password, Buffer.from(salt, 'base64url'), Number(exponent));
  return expected.length === actual.length && timingSafeEqual(actual, expected);
}

const costExponent = 15;
const hashBytes = 32;
const blockSize = 8;
const scryptAsync = promisify<string, Buffer, number, { N: number; r: number; maxmem: number }, Buffer>(scrypt);

/** The same password may be typed in composed or decomposed letters: both are the same here. */
function derive(password: string, salt: Buffer, exponent: number): Promise<Buffer> {
  const N = 2 ** exponent;
  return scryptAsync(password.normalize('NFKC'), salt, hashBytes, { N, r: blockSize, maxmem: 256 * N * blockSize });
}
