import type { Device, DeviceChanges } from '@tideway/protocol';
import { withTyped } from '../labels/new-labels.rules.ts';

/** What of a device can be edited, as the form holds it. */
export type DeviceValues = Pick<Device, 'name' | 'group' | 'description' | 'tags' | 'apps'> & {
  /** Counts as a tag, though it was not confirmed. */
  typedTag: string;
};

export function valuesOf({ name, group, description, tags, apps }: Device): DeviceValues {
  return { name, group, description, tags, apps, typedTag: '' };
}

/** Only what was changed is sent: some of it only admins may change, and somebody else may change the rest meanwhile. */
export function changesOf(device: Omit<DeviceValues, 'typedTag'>, values: DeviceValues): DeviceChanges {
  const { name, description, apps, typedTag } = values;
  const group = values.group.trim();
  const tags = withTyped(values.tags, typedTag);
  return {
    ...(name !== device.name && { name }),
    ...(group !== device.group && { group }),
    ...(description !== device.description && { description }),
    ...(!isSame(tags, device.tags) && { tags }),
    ...(!isSame(apps, device.apps) && { apps }),
  };
}

/** The form's field for a place in what was sent, as `apps[1].version` or `apps.1.version`. */
export function fieldOfPlace(place: string): string {
  return place.replace(/[[.].*$/, '');
}

function isSame(one: unknown[], other: unknown[]): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
