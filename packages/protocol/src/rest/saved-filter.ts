import { z } from 'zod';
import { deviceFilterSchema } from '../deploy/device-filter.ts';
import { nameSchema } from '../names.ts';
import { deviceAttentions, deviceSearchSchema } from './device-selection.ts';

/** The body that keeps a filter under a name, or puts another in its place. */
export const newSavedFilterSchema = z.strictObject({
  name: nameSchema,
  /** What it names need not be there: that is looked at when it is used. */
  device_filter: deviceFilterSchema,
  ...deviceSearchSchema.shape,
});
export type NewSavedFilter = z.output<typeof newSavedFilterSchema>;

/** A filter that everybody in the project finds under its name, which is its id. */
export const savedFilterSchema = z.object({
  id: z.string(),
  name: z.string(),
  device_filter: deviceFilterSchema,
  search: z.string().nullable(),
  attention: z.enum(deviceAttentions).nullable(),
  created_at: z.string(),
  changed_at: z.string(),
});
export type SavedFilter = z.infer<typeof savedFilterSchema>;
