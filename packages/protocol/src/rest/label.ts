import { z } from 'zod';
import { nameSchema } from '../names.ts';

/** The body that creates or renames a group, a tag or an app. */
export const newLabelSchema = z.strictObject({ name: nameSchema });
export type NewLabel = z.infer<typeof newLabelSchema>;

/** A group, a tag or an app: a name in a project that devices carry. Its name is its id. */
export const labelSchema = z.object({ id: z.string(), name: z.string() });
export type Label = z.infer<typeof labelSchema>;

/** The same in lists, with how many devices carry it. */
export const labelInUseSchema = labelSchema.extend({ devices: z.number().int() });
export type LabelInUse = z.infer<typeof labelInUseSchema>;
