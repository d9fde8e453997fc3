import { z } from 'zod';
import { nameSchema } from '../names.ts';
import { roleSchema } from '../role.ts';
import { timeSchema } from '../time.ts';

/** The body that creates an access token of one's own; without an end date it is valid until it is revoked. */
export const newAccessTokenSchema = z.strictObject({
  name: nameSchema,
  role: roleSchema,
  expires_at: timeSchema.optional(),
});
export type NewAccessToken = z.infer<typeof newAccessTokenSchema>;

/** An access token as lists show it: everything but the token itself. */
export const accessTokenSchema = z.object({
  id: z.string(),
  name: z.string(),
  role: roleSchema,
  user: z.object({ id: z.string(), email: z.string() }),
  created_at: z.string(),
  expires_at: z.string().nullable(),
  /** When a call last showed it while it was good, exact to a minute; null: never. */
  last_used_at: z.string().nullable(),
});
export type AccessToken = z.infer<typeof accessTokenSchema>;

/** The answer to creating one: the only time that the token is shown. */
export const createdAccessTokenSchema = accessTokenSchema.extend({ token: z.string() });
export type CreatedAccessToken = z.infer<typeof createdAccessTokenSchema>;
