import { z } from 'zod';
import { roleSchema } from '../role.ts';

/** A password that is chosen: long rather than complicated (NIST SP 800-63B). */
export const newPasswordSchema = z
  .string()
  .min(10, 'must have at least 10 characters')
  .max(256, 'must have at most 256 characters');

/** Six digits of an authenticator app; blanks in between do not matter. */
const code = z
  .string()
  .transform((text) => text.replaceAll(/\s/g, ''))
  .pipe(z.string().regex(/^\d{6}$/, 'must be the six digits that the authenticator shows'));

/** The body that signs somebody in: by a password, with the code of an authenticator where there is one. */
export const signInSchema = z.strictObject({
  email: z.string().min(1, 'must not be empty').max(256, 'must have at most 256 characters'),
  password: z.string().min(1, 'must not be empty').max(256, 'must have at most 256 characters'),
  code: code.optional(),
});
export type SignIn = z.infer<typeof signInSchema>;

/** The body that signs somebody in by a link, once. */
export const signInByLinkSchema = z.strictObject({ token: z.string().min(1, 'must not be empty').max(256) });

/** Who is signed in. */
export const sessionSchema = z.object({
  user: z.object({ id: z.string(), email: z.string(), role: roleSchema }),
  account: z.object({ name: z.string() }),
  has_password: z.boolean(),
  has_second_factor: z.boolean(),
  /** By a link: the password may be set without the one before. */
  by_link: z.boolean(),
});
export type Session = z.infer<typeof sessionSchema>;

/** The body that sets a password. The old one is needed unless there is none, or a link has opened the session. */
export const passwordChangeSchema = z.strictObject({
  old_password: z.string().max(256, 'must have at most 256 characters').optional(),
  new_password: newPasswordSchema,
});
export type PasswordChange = z.infer<typeof passwordChangeSchema>;

/** A second factor that an authenticator app can take over; it counts once it has been confirmed. */
export const secondFactorOfferSchema = z.object({
  /** Base32. */
  secret: z.string(),
  /** `otpauth://…`, to be shown as a QR code. */
  url: z.string(),
});
export type SecondFactorOffer = z.infer<typeof secondFactorOfferSchema>;

/** The body that makes an offered second factor count. */
export const secondFactorSchema = z.strictObject({
  password: z.string().max(256, 'must have at most 256 characters'),
  secret: z.string().regex(/^[A-Z2-7]{32,64}$/, 'must be the secret that was offered'),
  code,
});
export type SecondFactor = z.infer<typeof secondFactorSchema>;

/** The body that drops the second factor. */
export const secondFactorRemovalSchema = z.strictObject({
  password: z.string().max(256, 'must have at most 256 characters'),
  code,
});
