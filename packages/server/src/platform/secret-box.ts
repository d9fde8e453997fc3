import { createCipheriv, createDecipheriv } from 'node:crypto';

const algorithm = 'aes-256-gcm';
const nonceBytes = 12;
const tagBytes = 16;

/** Encrypts named secret values for the database: nonce, tag and AES-256-GCM ciphertext, one after the other. */
export function sealSecrets(
  key: Uint8Array,
  secrets: Record<string, string>,
  randomBytes: (count: number) => Uint8Array,
): Buffer {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv(algorithm, key, nonce);
  const sealed = Buffer.concat([cipher.update(JSON.stringify(secrets), 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
}

/** The values that `sealSecrets` encrypted. Throws where the key is another one or a byte has changed. */
export function openSecrets(key: Uint8Array, box: Buffer): Record<string, string> {
  const decipher = createDecipheriv(algorithm, key, box.subarray(0, nonceBytes), { authTagLength: tagBytes });
  decipher.setAuthTag(box.subarray(nonceBytes, nonceBytes + tagBytes));
  const text = Buffer.concat([decipher.update(box.subarray(nonceBytes + tagBytes)), decipher.final()]).toString('utf8');
  return JSON.parse(text) as Record<string, string>;
}
