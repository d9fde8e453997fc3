import { z } from 'zod';
import { statusCountsSchema } from '../update-status.ts';
import { deploymentStates, updateSchema } from './deployment.ts';

/** How a deployment stands: sent at first, and at most four times a second while it changes. */
export const countsEventSchema = z.object({
  deployment_id: z.string(),
  state: z.enum(deploymentStates),
  devices: z.number().int(),
  counts: statusCountsSchema,
  paused_at: z.string().nullable(),
  failure_limit_reached_at: z.string().nullable(),
  finished_at: z.string().nullable(),
});
export type CountsEvent = z.infer<typeof countsEventSchema>;

/** An update that has changed. */
export const updateEventSchema = updateSchema.extend({ deployment_id: z.string() });
export type UpdateEvent = z.infer<typeof updateEventSchema>;

/**
 * Devices of the project have joined, come, gone or been changed: read again what you show of them. Sent to followers of a
 * project at most once a second. A device that polls comes and goes by time, of which nobody is told.
 */
export const devicesEventSchema = z.strictObject({});

/** More has happened than was told: read again what you show. `deployment_id` is null where it may be any. */
export const resyncEventSchema = z.object({ deployment_id: z.string().nullable() });
