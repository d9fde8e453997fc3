import { z } from 'zod';
import { durationSchema } from '../duration.ts';

export const supersedes = ['none', 'same_flow', 'same_app'] as const;
export type Supersede = (typeof supersedes)[number];

const failureLimitExpectation = 'must be a number of updates such as 5, or a percentage such as 10%';

/** How many updates may fail: a number of them, or a percentage (above 0, up to 100) of those with a result. */
export const failureLimitSchema = z.union(
  [
    z.int(failureLimitExpectation).min(1, failureLimitExpectation).max(1_000_000_000, failureLimitExpectation),
    z.string().regex(/^(?!0+(\.0+)?%)(\d{1,2}(\.\d{1,2})?|100)%$/, failureLimitExpectation),
  ],
  { error: failureLimitExpectation },
);
export type FailureLimit = z.output<typeof failureLimitSchema>;

/** Options of an order that only say when and for how long it goes on. */
export const timingOptions = {
  /** When the devices may begin, RFC 3339. */
  schedule: z
    .strictObject({ start_at: z.iso.datetime({ offset: true, error: 'must be a time such as 2030-01-31T04:00:00Z' }) })
    .optional(),
  /** Which pending updates of its devices the order replaces: they end as `superseded`. */
  supersede: z.enum(supersedes).optional(),
  /** What is still pending then ends as `expired`. */
  expires_in: durationSchema.optional(),
  /** Time limit of each device's update, in place of the flow's. */
  timeout: durationSchema.optional(),
  /** How long a device has to confirm an abort. */
  abort_deadline: durationSchema.optional(),
  /** When so many updates have failed, those that are pending end as `failure_limit`. */
  max_failures: failureLimitSchema.optional(),
};

/** What an order says of when and for how long it goes on, as its body gave it. Durations in seconds. */
export type TimingOptions = z.output<z.ZodObject<typeof timingOptions>>;
