import { z } from 'zod';
import { durationSchema } from '../duration.ts';

/** Values of a flow as people write it: every scalar is a text, so that an unquoted `1.10` keeps its zero. */
export const text = z.string();
export const flag = z.enum(['true', 'false']).transform((word) => word === 'true');
export const count = z
  .string()
  .regex(/^[1-9]\d{0,5}$/, 'must be a whole number from 1')
  .transform(Number);
/** `0s` is a duration too where nothing is waited for. */
export const wait = z.union(
  [z.literal('0s').transform(() => 0), durationSchema],
  'must be a duration such as 10s or 2m',
);
export const environment = z.record(
  z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be a name of a variable: letters, digits and _'),
  text,
);

export const onFailureText = z.strictObject({
  ignore: flag.optional(),
  'revert-all-files': flag.optional(),
  'trigger-revert': z.enum(['any-step-failure', 'this-step-failure']).optional(),
  'run-rollback': flag.optional(),
});

export const shellSchema = z.enum(['sh', 'bash', 'python3']);
