import { z } from 'zod';

const count = z.number().int();

/** A project at a glance. */
export const overviewSchema = z.object({
  /** Each device is in exactly one of the first five, in this order; `blocked` ones are among them. */
  devices: z.object({
    total: count,
    not_joined: count,
    held: count,
    needs_approval: count,
    online: count,
    offline: count,
    /** Their update trigger is on. */
    blocked: count,
  }),
  deployments: z.object({ running: count, paused: count, scheduled: count }),
  /** What runs where: the 200 that most devices carry. */
  app_versions: z.array(z.object({ app: z.string(), version: z.string(), devices: count })),
  /** How the updates went of the deployments of each of the last 30 days on which there were any, oldest first (UTC). */
  days: z.array(z.object({ day: z.string(), success: count, failed: count, aborted: count })),
  /** What failed of late, by what it says: of the newest 50 deployments, where most devices were hit first. */
  failures: z.array(
    z.object({
      flow: z.object({ id: z.string(), name: z.string() }),
      /** Null where no step is to blame. */
      step: z.string().nullable(),
      reason: z.string(),
      message: z.string().nullable(),
      devices: count,
      /** The newest deployment in which it happened. */
      deployment_id: z.string(),
    }),
  ),
});
export type Overview = z.infer<typeof overviewSchema>;
