import { z } from 'zod';
import { addressOfRegistry } from '../device/registry-source.ts';
import { nameSchema } from '../names.ts';

/**
 * Where a registry is: an http or https address, to whose path the paths of artifacts are added, or `host[:port]` of a
 * container registry, which stands for https. Credentials have fields of their own.
 */
export const registryUrlSchema = z
  .string()
  .min(1, 'must not be empty')
  .max(1024, 'must have at most 1024 characters')
  .refine((text) => !/[\s\\]/.test(text), { message: 'must not contain white space or backslashes', abort: true })
  .refine((text) => !/^[^/]*(:\/\/[^/]*)?@/.test(text), {
    message: 'must not contain a user or a password: they have fields of their own',
    abort: true,
  })
  .refine((text) => !/[?#]/.test(text), { message: 'must have no query and no fragment', abort: true })
  .refine((text) => addressOfRegistry(text) !== null, {
    message: 'must be an http or https address, or host[:port], as https://files.example.org/releases',
  });

const username = z
  .string()
  .min(1, 'must not be empty')
  .max(256, 'must have at most 256 characters')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: RFC 7617, 2: neither control characters nor a colon
  .regex(/^[^\u0000-\u001f\u007f:]*$/, 'must not contain control characters or a colon');
const password = z
  .string()
  .min(1, 'must not be empty')
  .max(4096, 'must have at most 4096 characters')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: RFC 7617, 2
  .regex(/^[^\u0000-\u001f\u007f]*$/, 'must not contain control characters');

/** The body that creates a registry; without a username anybody may fetch from it. */
export const newRegistrySchema = z.strictObject({
  name: nameSchema,
  url: registryUrlSchema,
  username: username.optional(),
  password: password.optional(),
});
export type NewRegistry = z.infer<typeof newRegistrySchema>;

/** What is to change of a registry; a password that is not given stays. */
export const registryChangesSchema = z.strictObject({
  url: registryUrlSchema.optional(),
  /** Null takes username and password away. */
  username: username.nullable().optional(),
  password: password.optional(),
});
export type RegistryChanges = z.infer<typeof registryChangesSchema>;

/** A registry as the API shows it: everything but the password. Its name is its id. */
export const registrySchema = z.object({
  id: z.string(),
  name: z.string(),
  url: z.string(),
  username: z.string().nullable(),
  has_password: z.boolean(),
  created_at: z.string(),
  changed_at: z.string(),
});
export type Registry = z.infer<typeof registrySchema>;
