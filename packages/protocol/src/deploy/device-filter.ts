import { z } from 'zod';
import { nameSchema } from '../names.ts';
import { updateStatuses } from '../update-status.ts';

const id = z.string().min(1, 'must not be empty').max(128, 'must have at most 128 characters');
const operand = z.enum(['is', 'is_not']);

/** One condition of a device filter, in the vendor's form (deploy API, section 4). */
export const filterSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('specific_device'), operand, value: id }),
  z.strictObject({ type: z.literal('tag'), operand, value: nameSchema }),
  z.strictObject({
    type: z.literal('app'),
    operand,
    value: nameSchema,
    /** Without it, any version. */
    app_version: z.string().min(1, 'must not be empty').max(128, 'must have at most 128 characters').optional(),
  }),
  z.strictObject({ type: z.literal('device_state'), operand: z.enum(['is']), value: z.enum(['online', 'offline']) }),
  z.strictObject({
    type: z.literal('deployment'),
    operand,
    value: z.enum([...updateStatuses, 'any']),
    deployment_id: id,
  }),
  /** The result of the device's last update. */
  z.strictObject({ type: z.literal('update_status'), operand, value: z.enum(updateStatuses) }),
]);
export type Filter = z.output<typeof filterSchema>;

const groups = z.array(z.strictObject({ name: nameSchema })).max(100);
const filters = z.array(filterSchema).max(50);

/** The filter of the two deploy_update doors: all three parts must be there. */
export const projectDeviceFilterSchema = z.strictObject({
  project: z.strictObject({ name: nameSchema }),
  groups,
  filters,
});

/** The filter of the calls below a project's path: what is left out restricts nothing. */
export const deviceFilterSchema = z.strictObject({ groups: groups.optional(), filters: filters.optional() });
export type DeviceFilter = z.output<typeof deviceFilterSchema>;
