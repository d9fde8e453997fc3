import { z } from 'zod';
import { stepSchema } from './step-types.ts';
import { shellSchema } from './text-values.ts';

/**
 * A checked flow in normal form: what a flow text becomes when it is saved, and what a device gets.
 * Durations are seconds. A `Template` may hold `${{ inputs.x }}`, `${{ device.id }}`, `${{ device.name }}`,
 * `${{ deployment.id }}` and `${{ config.x }}`, whose values stand in as they are. Shell texts (`run.script`, commands)
 * hold no references any more: they read `"${INPUT_X}"` and the like from the environment, see `environment-names.ts`.
 */
export const inputSchema = z.object({
  description: z.string().nullable(),
  required: z.boolean(),
  default: z.string().nullable(),
  /** A regular expression the whole value must match, in RE2 syntax. */
  pattern: z.string().nullable(),
  secret: z.boolean(),
});
export type FlowInput = z.infer<typeof inputSchema>;

export const flowDocumentSchema = z.object({
  name: z.string(),
  description: z.string().nullable(),
  inputs: z.record(z.string(), inputSchema),
  timeout_s: z.number().int().positive(),
  reboot_after_update: z.boolean(),
  /** The order of undoing: newest first, or `forward` as the vendor does it. */
  order: z.enum(['newest_first', 'forward']),
  requires: z.object({ arch: z.array(z.string()), os: z.array(z.string()) }),
  rollback: z.object({ shell: shellSchema, script: z.string(), timeout_s: z.number().int().positive() }).nullable(),
  steps: z.array(stepSchema).min(1),
});
export type FlowDocument = z.infer<typeof flowDocumentSchema>;
