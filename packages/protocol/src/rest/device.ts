import { z } from 'zod';
import { nameSchema, versionSchema } from '../names.ts';
import { givenIdPattern } from '../public-id.ts';

/** The names by which a device carries apps, each with one version. */
const appsSchema = z
  .array(z.strictObject({ name: nameSchema, version: versionSchema }))
  .max(100)
  .refine((apps) => new Set(apps.map((app) => app.name)).size === apps.length, {
    message: 'must name each app once',
  });
const tagsSchema = z.array(nameSchema).max(100);
const descriptionSchema = z.string().max(2000);

/** The body that registers a device before it joins. */
export const newDeviceSchema = z.strictObject({
  name: nameSchema,
  /** An id that pipelines hold already. */
  id: z.string().regex(givenIdPattern('d'), 'must be of the form d-xxxx-xxxx or xxxx-xxxx').optional(),
  group: nameSchema,
  description: descriptionSchema.optional(),
  tags: tagsSchema.optional(),
  apps: appsSchema.optional(),
  /** Raw Ed25519 key in base64url. With it the device joins without a token. */
  public_key: z
    .string()
    .regex(/^[A-Za-z0-9_-]{43}$/, 'must be an Ed25519 public key: 43 characters of base64url')
    .optional(),
});
export type NewDevice = z.infer<typeof newDeviceSchema>;

/** What of a device is to change; `tags` and `apps` replace the whole list. */
export const deviceChangesSchema = z.strictObject({
  name: nameSchema.optional(),
  group: nameSchema.optional(),
  description: descriptionSchema.optional(),
  tags: tagsSchema.optional(),
  apps: appsSchema.optional(),
  /** While it is on, the device takes up no new update. */
  update_trigger: z.enum(['on', 'off']).optional(),
});
export type DeviceChanges = z.infer<typeof deviceChangesSchema>;

const appVersionSchema = z.object({ name: z.string(), version: z.string() });

export const deviceSchema = z.object({
  id: z.string(),
  device_uuid: z.string(),
  name: z.string(),
  description: z.string(),
  group: z.string(),
  tags: z.array(z.string()),
  apps: z.array(appVersionSchema),
  /** Where the device says of its apps something else than stands in `apps`; `version` is null for an unknown app. */
  drift: z.array(z.object({ name: z.string(), version: z.string().nullable(), reported_version: z.string() })),
  state: z.enum(['online', 'offline']),
  last_contact_at: z.string().nullable(),
  update_trigger: z.enum(['on', 'off']),
  /** Since when, and why, software on the device lets it take up no new update (`tideway-agent block`). */
  blocked: z.object({ since: z.string(), reason: z.string().nullable() }).nullable(),
  /** No order selects the device until a person approves it. */
  needs_approval: z.boolean(),
  /** A restored or copied state was noticed twice: the device takes up nothing until a person approves it. */
  held: z.boolean(),
  agent: z.object({ version: z.string().nullable(), os: z.string().nullable(), arch: z.string().nullable() }),
  attributes: z.record(z.string(), z.unknown()),
  /** The numbers that the device said last of itself; null before it has said any. */
  metrics: z.object({ at: z.string(), values: z.record(z.string(), z.number()) }).nullable(),
  /** What the device last applied, null where nothing was ever deployed to it. */
  configuration: z.unknown(),
  created_at: z.string(),
  joined_at: z.string().nullable(),
});
export type Device = z.infer<typeof deviceSchema>;

/** A device that can be claimed once with this token; null where it was registered with its key. */
export const claimableDeviceSchema = deviceSchema.extend({ claim_token: z.string().nullable() });
export type ClaimableDevice = z.infer<typeof claimableDeviceSchema>;
