import type { Device } from '@tideway/protocol';

/** Where a device stands, in one word; the first that applies, as the overview counts. */
export type ShownState = 'not_joined' | 'held' | 'needs_approval' | 'online' | 'offline';

type Stated = Pick<Device, 'state' | 'held' | 'needs_approval' | 'joined_at'>;

export function shownStateOf({ state, held, needs_approval: needsApproval, joined_at: joinedAt }: Stated): ShownState {
  if (joinedAt === null) return 'not_joined';
  if (held) return 'held';
  return needsApproval ? 'needs_approval' : state;
}

export const shownStateWords: Record<ShownState, string> = {
  not_joined: 'Not joined',
  held: 'Held',
  needs_approval: 'Needs approval',
  online: 'Online',
  offline: 'Offline',
};

/** What keeps a device from new updates, beside where it stands: a person's update trigger, or its own software. */
export function heldBackBy({ update_trigger: trigger, blocked }: Pick<Device, 'update_trigger' | 'blocked'>): string[] {
  return [...(trigger === 'on' ? ['Trigger on'] : []), ...(blocked ? ['Blocked'] : [])];
}

/** `till 1.2, door 3`, as lists show a device's apps. */
export function appsText(apps: Device['apps']): string {
  return apps.map(({ name, version }) => `${name} ${version}`).join(', ');
}

/** What a device says of its apps where something else is recorded: `till: recorded 1.2, reported 1.3`. */
export function driftText(drift: Device['drift']): string {
  return drift
    .map(
      ({ name, version, reported_version: reported }) =>
        `${name}: recorded ${version ?? 'nothing'}, reported ${reported}`,
    )
    .join('; ');
}
