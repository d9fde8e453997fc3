import { z } from 'zod';

/** The five statuses of an update, in the order in which they are shown. There is no sixth. */
export const updateStatuses = ['pending', 'in_progress', 'success', 'failed', 'aborted'] as const;
export const updateStatusSchema = z.enum(updateStatuses);
export type UpdateStatus = (typeof updateStatuses)[number];

/** How many devices of a deployment have each status; the five always add up to the deployment's devices. */
export const statusCountsSchema = z.object({
  pending: z.number().int(),
  in_progress: z.number().int(),
  success: z.number().int(),
  failed: z.number().int(),
  aborted: z.number().int(),
});
export type StatusCounts = z.infer<typeof statusCountsSchema>;

/** The rules that may end an update as `aborted`. */
export const abortReasons = [
  'by_person',
  'expired',
  'superseded',
  'overtaken',
  'failure_limit',
  'device_deleted',
  'unconfirmed',
] as const;
export type AbortReason = (typeof abortReasons)[number];
