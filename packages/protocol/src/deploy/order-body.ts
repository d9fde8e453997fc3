import { z } from 'zod';
import { durationSchema } from '../duration.ts';
import { nameSchema } from '../names.ts';
import { deviceFilterSchema, projectDeviceFilterSchema } from './device-filter.ts';

const flowId = z.string().min(1, 'must not be empty').max(128, 'must have at most 128 characters');
const parameters = z.record(z.string(), z.string());
const app = z.strictObject({
  name: nameSchema,
  version: z.string().min(1, 'must not be empty').max(128, 'must have at most 128 characters'),
});
const configuration = z.record(z.string(), z.unknown());

/** What an order says besides where it goes: accepted at the top and, as the vendor's clients send it, inside. */
const details = {
  parameters_mapping: parameters.optional(),
  comment: z.string().max(1000, 'must have at most 1000 characters').optional(),
  app: app.optional(),
};

export const supersedes = ['none', 'same_flow', 'same_app'] as const;
export type Supersede = (typeof supersedes)[number];

/** Options of an order that are ours. */
const options = {
  /** Configuration for the device, taken verbatim. */
  configuration: configuration.optional(),
  /** Creates an empty, finished deployment where no device matches. */
  allow_empty: z.boolean().optional(),
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
};

/**
 * The body of `POST /v2/deploy_update` once its accepted forms are made one: JSON texts parsed, empty optional keys
 * dropped. `filterKey` and `flowKey` are the names that the caller used, so that faults name what was sent.
 */
export function deployUpdateBodySchema(filterKey: FilterKey = 'devices_filter', flowKey: FlowKey = 'flow_id') {
  return z.strictObject({
    user_token: z.string().max(512, 'must have at most 512 characters').optional(),
    [flowKey]: flowId,
    [filterKey]: projectDeviceFilterSchema,
    ...details,
    deployment_configuration: z
      .looseObject({ flow_id: flowId.optional(), flow_uuid: flowId.optional(), ...details })
      .optional(),
    metadata: z.strictObject(details).optional(),
    ...options,
  });
}

/** The body of `POST /v1/deploy_update`: `metadata` must be there, and comment and app stand in it. */
export function deployUpdateV1BodySchema() {
  return deployUpdateBodySchema().extend({ metadata: z.strictObject(details) });
}

/** The body of `POST /api/v2/{project_key}/deployments`, in the same sense. */
export function deploymentBodySchema(filterKey: FilterKey = 'device_filter', flowKey: FlowKey = 'flow_uuid') {
  return z.strictObject({
    [filterKey]: deviceFilterSchema.optional(),
    deployment_configuration: z.strictObject({ [flowKey]: flowId, ...details }),
    /** Narrows the filter to these devices. */
    device_ids: z.array(z.string().max(128)).min(1).max(10_000).optional(),
    ...options,
  });
}

export type FilterKey = 'devices_filter' | 'device_filter';
export type FlowKey = 'flow_id' | 'flow_uuid';

/** The answer of the two deploy_update doors; `message` is the vendor's, the rest is ours. */
export const deployUpdateAnswerSchema = z.object({
  message: z.literal('Success'),
  deployment_id: z.string(),
  /** How many devices get the update. */
  devices: z.number().int(),
  url: z.string(),
});

export const deploymentCreatedSchema = z.object({
  deployment_uuid: z.string(),
  deployment_id: z.string(),
  devices: z.number().int(),
});
