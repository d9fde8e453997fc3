import { z } from 'zod';
import { updateStatusSchema } from '../update-status.ts';

/** What an update has to pass before its device takes it up, in the order in which it is asked. */
export const gateNames = [
  'approval',
  'schedule',
  'pause',
  'trigger',
  'earlier_update',
  'connection',
  'capability',
  'limits',
] as const;

export const gateSchema = z.object({
  gate: z.enum(gateNames),
  /** Whether this gate holds the update back. */
  holds: z.boolean(),
  /** What there is to know of it, in one sentence. */
  message: z.string(),
  /** The deployment whose update goes first, where that is what holds it back; null otherwise. */
  deployment_id: z.string().nullable(),
  /** Since when it holds. */
  since: z.string().nullable(),
  /** When it is tried next; null: as soon as what the message says has changed. */
  tried_next_at: z.string().nullable(),
});
export type Gate = z.infer<typeof gateSchema>;

/** Why a device is not updating, as things stand at this moment. */
export const whySchema = z.object({
  device: z.object({ id: z.string(), name: z.string() }),
  /** The update that was asked for, or the one that the device is at or comes to next; null where none is open. */
  update: z.object({ deployment_id: z.string(), status: updateStatusSchema }).nullable(),
  /** The answer in short. */
  message: z.string(),
  /** Of a pending update all of them; without one those of the device; of one that the device is at the connection, while it is lost. */
  gates: z.array(gateSchema),
});
export type Why = z.infer<typeof whySchema>;
