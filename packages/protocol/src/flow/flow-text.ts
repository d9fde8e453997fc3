import { z } from 'zod';
import { durationSchema } from '../duration.ts';
import { count, environment, flag, onFailureText, shellSchema, text, wait } from './text-values.ts';

/** A few lines with aliases of aliases can stand for millions of values; no flow comes near these. */
export const maxFlowValues = 20_000;
export const maxFlowDepth = 50;

/**
 * A flow as people write it, in YAML or JSON, ours or the vendor's: keys in kebab-case, every scalar a text, so that an
 * unquoted `1.10` keeps its zero. What each key means stands in docs/flows.md; what `with` takes, in step-types.ts.
 */
export const stepText = z.strictObject({
  name: z.string().min(1, 'must not be empty').max(256, 'must have at most 256 characters'),
  run: text.optional(),
  shell: shellSchema.optional(),
  uses: text.optional(),
  with: z.record(z.string(), z.unknown()).nullish(),
  env: environment.nullish(),
  timeout: durationSchema.optional(),
  retry: z.strictObject({ attempts: count, delay: wait.optional() }).optional(),
  uninterruptible: flag.optional(),
  repeatable: flag.optional(),
  'unsafe-interpolation': flag.optional(),
  'on-failure': onFailureText.optional(),
});

export const inputText = z.strictObject({
  description: text.optional(),
  required: flag.optional(),
  default: text.optional(),
  pattern: text.optional(),
  secret: flag.optional(),
});

export const inputsText = z.record(
  z.string().regex(/^[A-Za-z_][A-Za-z0-9_-]{0,63}$/, 'must be a name: letters, digits, - and _'),
  inputText.nullable(),
);

export const flowText = z.strictObject({
  description: text.optional(),
  inputs: inputsText.nullish(),
  timeout: durationSchema.optional(),
  'reboot-after-update': flag.optional(),
  'reboot-after-restart': flag.optional(),
  order: z.enum(['newest-first', 'forward']).optional(),
  requires: z.strictObject({ arch: z.array(text).optional(), os: z.array(text).optional() }).optional(),
  rollback: z
    .strictObject({
      run: text,
      shell: shellSchema.optional(),
      timeout: durationSchema.optional(),
      'unsafe-interpolation': flag.optional(),
    })
    .optional(),
  steps: z.array(z.unknown()).min(1, 'must have at least one step'),
});

export const flowFileText = z.strictObject({
  flows: z.record(z.string(), z.unknown()),
  on: z.strictObject({ 'workflow-dispatch': z.strictObject({ inputs: inputsText.nullish() }).nullish() }).nullish(),
});
