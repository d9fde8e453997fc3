import { z } from 'zod';

/** Every code a refusal can carry; they are stable and never renamed (deploy API, section 6). */
export const errorCodes = [
  'invalid_json',
  'invalid_request',
  'unknown_project',
  'unknown_flow',
  'unknown_group',
  'unknown_tag',
  'unknown_app',
  'unknown_device',
  'unknown_deployment',
  'unknown_artifact',
  'unknown_registry',
  'unknown_parameter',
  'missing_parameter',
  'invalid_parameter',
  'no_devices_matched',
  'invalid_flow',
  'invalid_token',
  'wrong_credentials',
  'forbidden',
  'not_found',
  'method_not_allowed',
  'already_exists',
  'in_use',
  'wrong_state',
  'idempotency_conflict',
  'too_large',
  'unsupported_media_type',
  'rate_limited',
  'unavailable',
  'internal',
] as const;
export type ErrorCode = (typeof errorCodes)[number];

/** One of several faults, as in a flow: where it is and what was expected. `line` counts from 1. */
export const faultSchema = z.object({ path: z.string(), line: z.number().int().optional(), message: z.string() });
export type Fault = z.infer<typeof faultSchema>;

/** The body of every refusal at every door. */
export const refusalBodySchema = z.object({
  error_message: z.string(),
  code: z.enum(errorCodes),
  field: z.string().optional(),
  errors: z.array(faultSchema).optional(),
});
export type RefusalBody = z.infer<typeof refusalBodySchema>;
