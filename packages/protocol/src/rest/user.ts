import { z } from 'zod';
import { roleSchema } from '../role.ts';

/** An email by which a user signs in; nothing is ever sent there. */
export const emailSchema = z
  .string()
  .max(254, 'must have at most 254 characters')
  .regex(/^[^\s@]+@[^\s@]+$/, 'must be an email address');

/** Keys of the projects that a user may see; null: all of the account, also those to come. */
const projects = z.array(z.string().max(128)).max(1000, 'must name at most 1000 projects').nullable();

/** The body that lets somebody in. */
export const newUserSchema = z.strictObject({
  email: emailSchema,
  role: roleSchema,
  projects: projects.default(null),
});
export type NewUser = z.output<typeof newUserSchema>;

/** The body that changes what a user may do; what is left out stays. */
export const userChangesSchema = z.strictObject({ role: roleSchema.optional(), projects: projects.optional() });
export type UserChanges = z.infer<typeof userChangesSchema>;

export const userSchema = z.object({
  id: z.string(),
  email: z.string(),
  role: roleSchema,
  projects,
  /** False as long as the user has never set one: the sign-in link was not used yet. */
  has_password: z.boolean(),
  has_second_factor: z.boolean(),
  created_at: z.string(),
  /** When the user last signed in or called in a session, exact to a minute; null: never. Not what their access tokens do. */
  last_seen_at: z.string().nullable(),
});
export type User = z.infer<typeof userSchema>;

/** A user with a link to sign in once, shown this once: `/sign-in#TOKEN` below the server's address. */
export const userWithLinkSchema = userSchema.extend({ sign_in_token: z.string() });
export type UserWithLink = z.infer<typeof userWithLinkSchema>;
