import { z } from 'zod';
import { nameSchema, versionSchema } from '../names.ts';

/** Base64url of a raw Ed25519 public key (32 bytes) or signature (64 bytes). */
const base64url = z
  .string()
  .regex(/^[A-Za-z0-9_-]+$/, 'must be base64url')
  .max(128);

/** The body of `POST /device/v1/join`. With a key that is already pre-registered no token is needed. */
export const joinSchema = z.object({
  public_key: base64url,
  /** A pairing token, or the claim token of a pre-registered device. */
  token: z.string().max(256).nullable(),
  /** Name wished for; taken with a number behind it where it is in use. Ignored for a claim. */
  name: nameSchema.nullable(),
  group: nameSchema.nullable(),
  apps: z.array(z.object({ name: nameSchema, version: versionSchema })).max(100),
  /** Ed25519 over `tideway-join\n` + public_key: proves that the key is the caller's own. */
  signature: base64url,
});
export type JoinOrder = z.infer<typeof joinSchema>;

export const joinedSchema = z.object({
  device_id: z.string(),
  installation_id: z.string(),
  name: z.string(),
  needs_approval: z.boolean(),
});
export type Joined = z.infer<typeof joinedSchema>;

export const challengeSchema = z.object({ challenge: z.string(), server_time: z.string() });
export type Challenge = z.infer<typeof challengeSchema>;

/** The body of `POST /device/v1/session`: `signature` covers what `sessionProofText` gives. */
export const sessionRequestSchema = z.object({
  device_id: z.string().max(64),
  public_key: base64url,
  challenge: z.string().max(512),
  signature: base64url,
});
export type SessionRequest = z.infer<typeof sessionRequestSchema>;

export const sessionGrantedSchema = z.object({
  ticket: z.string(),
  /** Seconds for which the ticket is valid. */
  expires_in_s: z.number().int(),
  installation_id: z.string(),
  server_time: z.string(),
});
export type SessionGranted = z.infer<typeof sessionGrantedSchema>;

/** The text that a device signs to join. */
export function joinProofText(publicKey: string): string {
  return `tideway-join\n${publicKey}`;
}

/** The text that a device signs to open a session. */
export function sessionProofText(challenge: string, installationId: string, deviceId: string): string {
  return `tideway-session\n${challenge}\n${installationId}\n${deviceId}`;
}
