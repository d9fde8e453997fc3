import { z } from 'zod';
import { nameSchema } from '../names.ts';
import { deviceFilterSchema, projectDeviceFilterSchema } from './device-filter.ts';
import { timingOptions } from './order-options.ts';

const flowId = z.string().min(1, 'must not be empty').max(128, 'must have at most 128 characters');
const parameters = z.record(z.string(), z.string());
const app = z.strictObject({
  name: nameSchema,
  version: z.string().min(1, 'must not be empty').max(128, 'must have at most 128 characters'),
});
const configuration = z.record(z.string(), z.unknown());

/** Narrows a filter to these devices. */
const deviceIds = z.array(z.string().max(128)).min(1).max(10_000).optional();

/** What an order says besides where it goes: accepted at the top and, as the vendor's clients send it, inside. */
const details = {
  parameters_mapping: parameters.optional(),
  comment: z.string().max(1000, 'must have at most 1000 characters').optional(),
  app: app.optional(),
};

/** Options of an order that are ours. */
const options = {
  /** Configuration for the device, taken verbatim. */
  configuration: configuration.optional(),
  /** The version of the flow, in place of its newest one. */
  flow_version: z
    .int('must be a version of the flow: a whole number from 1')
    .min(1, 'must be a version of the flow: a whole number from 1')
    .max(2_147_483_647, 'must be a version of the flow: a whole number from 1')
    .optional(),
  /** Creates an empty, finished deployment where no device matches. */
  allow_empty: z.boolean().optional(),
  /** Answers what the order would do, and does nothing. */
  dry_run: z.boolean().optional(),
  ...timingOptions,
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
    device_ids: deviceIds,
    ...options,
  });
}

/** The body of calls about the devices that a filter selects, as `POST /api/v2/{project_key}/device-filter/preview`. */
export function deviceSelectionSchema(filterKey: FilterKey = 'device_filter') {
  return z.strictObject({ [filterKey]: deviceFilterSchema.optional(), device_ids: deviceIds });
}

const tags = z.array(nameSchema).min(1).max(100).optional();

/** What is to change of many devices at once. */
export const bulkChangesSchema = z.strictObject({
  add_tags: tags,
  remove_tags: tags,
  group: nameSchema.optional(),
  /** While it is on, a device takes up no new update. */
  update_trigger: z.enum(['on', 'off']).optional(),
  /** Lets those in that await approval; for admins. One that is held as a possible copy stays held. */
  approve: z.literal(true).optional(),
  /** Deletes the devices; nothing else may be asked beside it. */
  delete: z.literal(true).optional(),
});
export type BulkChanges = z.output<typeof bulkChangesSchema>;

/** How many devices were changed or deleted. */
export const bulkAnswerSchema = z.object({ devices: z.number().int() });

/** The body of `POST /api/v2/{project_key}/devices/bulk`: a selection, and what is to change. */
export function bulkBodySchema() {
  return deviceSelectionSchema().extend(bulkChangesSchema.shape);
}

/** The body of `POST /api/v2/{project_key}/deployments/{id}/retry`, which may be left out. */
export const retryBodySchema = z.strictObject({
  /** Those with one of these statuses are tried again: the failed and the aborted ones, unless said. */
  statuses: z
    .array(z.enum(['failed', 'aborted']))
    .min(1)
    .optional(),
  comment: details.comment,
  ...timingOptions,
});
export type RetryBody = z.output<typeof retryBodySchema>;

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
export type DeployUpdateAnswer = z.infer<typeof deployUpdateAnswerSchema>;

export const deploymentCreatedSchema = z.object({
  deployment_uuid: z.string(),
  deployment_id: z.string(),
  devices: z.number().int(),
});
export type DeploymentCreated = z.infer<typeof deploymentCreatedSchema>;
