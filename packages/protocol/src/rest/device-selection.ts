import { z } from 'zod';

const namedDevice = z.object({ id: z.string(), name: z.string() });

/** What may ask for somebody's attention, as the overview counts it; `blocked`: the update trigger is on. */
export const deviceAttentions = ['needs_approval', 'held', 'not_joined', 'blocked'] as const;

/** What narrows a list of devices, beside a filter. */
export const deviceSearchSchema = z.strictObject({
  /** A part of id, name and description, which stand in this order with a blank between them: ` pump-1 ` finds a whole name. */
  search: z.string().max(128).optional(),
  attention: z.enum(deviceAttentions).optional(),
});
export type DeviceSearch = z.output<typeof deviceSearchSchema>;

/** Which devices a filter selects at this moment. */
export const selectedDevicesSchema = z.object({
  devices: z.number().int(),
  by_state: z.object({ online: z.number().int(), offline: z.number().int() }),
  /** Those that have any, the largest first. */
  by_group: z.array(z.object({ name: z.string(), devices: z.number().int() })),
  /** At most ten of them, the oldest first. */
  sample: z.array(namedDevice),
});
export type SelectedDevices = z.infer<typeof selectedDevicesSchema>;

/** What an order with a filter selects, and how many devices a list of the same filter and search has. */
export const selectionPreviewSchema = selectedDevicesSchema.extend({
  /** Those that await approval are among them; no order selects these. */
  listed: z.number().int(),
});
export type SelectionPreview = z.infer<typeof selectionPreviewSchema>;

/** What an order would do, which has been asked with `dry_run`. */
export const dryRunSchema = selectedDevicesSchema.extend({
  dry_run: z.literal(true),
  /** Devices that would fail because their agent or their machine is not what the flow asks for. */
  lacking: z.array(z.object({ lacks: z.string(), devices: z.number().int(), sample: z.array(namedDevice) })),
  /** The values that devices would get, with secrets masked. */
  parameters: z.record(z.string(), z.string()),
  /** By all devices together, where none has anything of it already. */
  bytes_to_download: z.number().int(),
});
export type DryRun = z.infer<typeof dryRunSchema>;

/** Whether a filter selects a device at this moment, condition by condition; it is selected where all match. */
export const selectionExplanationSchema = z.object({
  device: namedDevice,
  is_selected: z.boolean(),
  conditions: z.array(
    z.object({
      /** The place in the filter, as `device_filter.filters[0]`; null for what every order asks. */
      field: z.string().nullable(),
      matches: z.boolean(),
      /** What was asked, and what the device has instead. */
      message: z.string(),
    }),
  ),
});
export type SelectionExplanation = z.infer<typeof selectionExplanationSchema>;
