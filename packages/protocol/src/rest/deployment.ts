import { z } from 'zod';
import { failureLimitSchema, supersedes } from '../deploy/order-options.ts';
import { undoneSchema } from '../device/messages.ts';
import { statusCountsSchema, updateStatusSchema } from '../update-status.ts';

/**
 * Where a deployment is: it begins later, a person has paused it, it goes on (where devices are offline, too), every
 * update of it has ended, or that is so long ago that only its counts are kept.
 */
export const deploymentStates = ['scheduled', 'paused', 'running', 'finished', 'archived'] as const;
export type DeploymentState = (typeof deploymentStates)[number];

/** A deployment with its five counts, which always add up to `devices`. */
export const deploymentSchema = z.object({
  id: z.string(),
  uuid: z.string(),
  state: z.enum(deploymentStates),
  flow: z.object({ id: z.string(), name: z.string(), version: z.number().int() }),
  app: z.object({ name: z.string(), version: z.string() }).nullable(),
  comment: z.string(),
  device_filter: z.record(z.string(), z.unknown()),
  /** With secret values masked. */
  parameters: z.record(z.string(), z.string()),
  configuration: z.record(z.string(), z.unknown()).nullable(),
  devices: z.number().int(),
  counts: statusCountsSchema,
  /** The deployment whose failed or aborted updates this one tries again. */
  retry_of: z.string().nullable(),
  created_by: z.string(),
  created_at: z.string(),
  /** Before this time no device begins; null: they may at once. */
  start_at: z.string().nullable(),
  /** Since when no device begins any more, by a person's wish. */
  paused_at: z.string().nullable(),
  /** When what is still pending ends; null: never. */
  expires_at: z.string().nullable(),
  /** Time limit of each device's update. */
  timeout_s: z.number().int(),
  /** How long a device has to confirm an abort. */
  abort_deadline_s: z.number().int(),
  supersede: z.enum(supersedes),
  /** How many updates may fail, as a number or a percentage; null: all. */
  max_failures: failureLimitSchema.nullable(),
  /** Since when no device begins any more because too many have failed. */
  failure_limit_reached_at: z.string().nullable(),
  /** When its last update ended; null while one is open. */
  finished_at: z.string().nullable(),
  /** Since when its counts are kept alone, and its updates are not. */
  archived_at: z.string().nullable(),
});
export type Deployment = z.infer<typeof deploymentSchema>;

/**
 * Why a pending update is not moving: its order has not begun, is paused, or is about to end because too many have
 * failed or it has expired; the device is offline, held as a possible copy, awaits approval, has its update trigger on (`blocked`), or is
 * at another update (`busy`).
 */
export const waitingReasons = [
  'scheduled',
  'paused',
  'failure_limit',
  'expired',
  'offline',
  'held',
  'needs_approval',
  'blocked',
  'busy',
  'ready',
] as const;

/** A device as lists name it. */
const namedDeviceSchema = z.object({ id: z.string(), name: z.string() });

/** One device's part in a deployment. */
export const updateSchema = z.object({
  device: namedDeviceSchema,
  status: updateStatusSchema,
  /** Only of a pending update. */
  waiting_for: z.enum(waitingReasons).nullable(),
  /** Of one in progress whose device is offline now: when that was last here. It goes on once it is back. */
  offline_since: z.string().nullable(),
  /** Why it failed or was aborted: a stable word, and a sentence. */
  reason: z.string().nullable(),
  message: z.string().nullable(),
  taken_up_at: z.string().nullable(),
  /** Since when somebody wants it to end; a device at work is asked to stop and has its time to confirm. */
  abort_requested_at: z.string().nullable(),
  /** Until when the device may confirm the abort: longer where it must not be interrupted, or undoes. */
  abort_ends_at: z.string().nullable(),
  finished_at: z.string().nullable(),
  /** The step that its device spoke of last; null where it has spoken of none. */
  step: z
    .object({
      name: z.string(),
      status: z.enum(['started', 'success', 'failed']),
      tries: z.number().int(),
      exit_code: z.number().int().nullable(),
      message: z.string().nullable(),
    })
    .nullable(),
});
export type Update = z.infer<typeof updateSchema>;

/** An update in the list of its device's: each is of another deployment. */
export const updateOfDeviceSchema = updateSchema.extend({
  deployment_id: z.string(),
  flow: deploymentSchema.shape.flow,
});
export type UpdateOfDevice = z.infer<typeof updateOfDeviceSchema>;

/** What an abort did: how many updates it has ended, and how many devices it has asked to stop. */
export const abortedSchema = z.object({ aborted: z.number().int(), stopping: z.number().int() });

/** One device's part with its steps and what was undone. */
export const updateDetailsSchema = updateSchema.extend({
  attempt: z.number().int(),
  failed_step: z.string().nullable(),
  exit_code: z.number().int().nullable(),
  undone: z.array(undoneSchema),
  late_result: z.record(z.string(), z.unknown()).nullable(),
  steps: z.array(
    z.object({
      name: z.string(),
      /** `not_run`: the update has ended, and the device said nothing of this step. */
      status: z.enum(['waiting', 'started', 'success', 'failed', 'not_run']),
      tries: z.number().int(),
      exit_code: z.number().int().nullable(),
      message: z.string().nullable(),
      started_at: z.string().nullable(),
      finished_at: z.string().nullable(),
    }),
  ),
});
export type UpdateDetails = z.infer<typeof updateDetailsSchema>;

/** Where the failures of a deployment come from, by what they say; where most devices failed alike first, at most 100. */
export const failuresSchema = z.object({
  items: z.array(
    z.object({
      /** Null where no step is to blame. */
      step: z.string().nullable(),
      reason: z.string(),
      message: z.string().nullable(),
      devices: z.number().int(),
      /** Five of the devices, in the order in which the updates are listed. */
      sample: z.array(namedDeviceSchema),
    }),
  ),
});
export type Failures = z.infer<typeof failuresSchema>;

/**
 * The course of a deployment: how many updates had each status at up to 200 times with even spaces between them, from its
 * beginning until its end, or until now. The five always add up to its devices. Of an archived one the end alone is kept.
 */
export const progressSchema = z.object({
  from: z.string(),
  to: z.string(),
  points: z.array(statusCountsSchema.extend({ at: z.string() })),
});
export type Progress = z.infer<typeof progressSchema>;
