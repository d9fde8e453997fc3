import { z } from 'zod';
import { nameSchema } from '../names.ts';
import { timeSchema } from '../time.ts';

/** The body that creates a pairing token: limited neither in number nor in time unless it says so. */
export const newPairingTokenSchema = z.strictObject({
  uses: z.number().int().min(1).max(1_000_000).optional(),
  expires_at: timeSchema.optional(),
  /** The group that joining devices get, whatever they wish for. */
  group: nameSchema.optional(),
  /** Devices that join are not selected by any order until a person approves them. */
  needs_approval: z.boolean().optional(),
});
export type NewPairingToken = z.infer<typeof newPairingTokenSchema>;

/** A pairing token as lists show it: everything but the token itself. */
export const pairingTokenSchema = z.object({
  id: z.string(),
  group: z.string().nullable(),
  needs_approval: z.boolean(),
  /** Null: any number. */
  uses_left: z.number().int().nullable(),
  created_at: z.string(),
  expires_at: z.string().nullable(),
});
export type PairingToken = z.infer<typeof pairingTokenSchema>;

/** The answer to creating one: the only time that the token is shown. */
export const createdPairingTokenSchema = pairingTokenSchema.extend({ token: z.string() });
export type CreatedPairingToken = z.infer<typeof createdPairingTokenSchema>;
