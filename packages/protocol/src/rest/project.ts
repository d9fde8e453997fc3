import { z } from 'zod';
import { nameSchema } from '../names.ts';

/** What stands for a project in paths: 1 to 64 small letters, digits and hyphens between them. */
export const projectKeySchema = z
  .string()
  .max(64)
  .regex(
    /^[a-z0-9]+(-[a-z0-9]+)*$/,
    'must be small letters and digits, with single hyphens between them, as greenhouses-north',
  );

/** The body that creates a project; where no key is given, one is made from the name. */
export const newProjectSchema = z.strictObject({ name: nameSchema, key: projectKeySchema.optional() });
export type NewProject = z.infer<typeof newProjectSchema>;

export const projectChangesSchema = z.strictObject({
  name: nameSchema.optional(),
  key: projectKeySchema.optional(),
});
export type ProjectChanges = z.infer<typeof projectChangesSchema>;

/** A fleet; its key is its id. */
export const projectSchema = z.object({
  id: z.string(),
  key: z.string(),
  name: z.string(),
  created_at: z.string(),
});
export type ProjectView = z.infer<typeof projectSchema>;
