import { createPrivateKey, generateKeyPairSync, sign } from 'node:crypto';
import path from 'node:path';
import { z } from 'zod';
import { jsonFile } from '../system/json-file.ts';

/** The key by which the server knows this device. Its private half never leaves the state folder. */
export type DeviceKey = {
  /** Base64url of the raw public key. */
  publicKey: string;
  /** Base64url of the Ed25519 signature over a text. */
  sign: (text: string) => string;
};

/** The device's key; made at the first start. */
export function openDeviceKey(stateFolder: string): DeviceKey {
  const file = jsonFile(
    path.join(stateFolder, 'key.json'),
    keySchema,
    'without it the server takes the device for another',
  );
  const kept = file.read();
  const key = kept ?? makeKey();
  if (kept === null) file.write(key);
  const privateKey = createPrivateKey({ key, format: 'jwk' });
  return { publicKey: key.x, sign: (text) => sign(null, Buffer.from(text), privateKey).toString('base64url') };
}

const keySchema = z.object({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: z.string(), d: z.string() });

/**
 * Makes a key without a KeyObject: `export` of one that was just made waits for ever where the garbage of its making is
 * collected meanwhile (Node.js 20, 22). RFC 8410: the raw key is the last 32 bytes of either form.
 */
export function makeKey(): z.infer<typeof keySchema> {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519', {
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'der' },
  });
  const raw = (der: Buffer) => der.subarray(-32).toString('base64url');
  return { kty: 'OKP', crv: 'Ed25519', x: raw(publicKey), d: raw(privateKey) };
}
