import {
  IconCircleDotted,
  IconClockQuestion,
  IconCopyX,
  IconHandStop,
  IconPlugConnected,
  IconPlugConnectedX,
} from '@tabler/icons-react';
import type { Device } from '@tideway/protocol';
import { brakesOf, type DeviceStanding, standingOf, standingWords } from './device-state.rules.ts';

const shapes: Record<DeviceStanding, typeof IconPlugConnected> = {
  not_joined: IconCircleDotted,
  held: IconCopyX,
  needs_approval: IconClockQuestion,
  online: IconPlugConnected,
  offline: IconPlugConnectedX,
};

const colors: Record<DeviceStanding, string> = {
  not_joined: 'var(--status-pending)',
  held: 'var(--status-failed)',
  needs_approval: 'var(--status-aborted)',
  online: 'var(--status-success)',
  offline: 'var(--status-pending)',
};

const inLine = { display: 'inline-flex', alignItems: 'center', gap: 6, whiteSpace: 'nowrap' } as const;

/** Where a device stands as its shape, colour and word; with `withBrakes` also what keeps it from new updates. */
export function DeviceStateMark({ device, withBrakes = true }: { device: Device; withBrakes?: boolean }) {
  const standing = standingOf(device);
  const Shape = shapes[standing];
  const brakes = withBrakes ? brakesOf(device) : [];
  return (
    <span style={{ ...inLine, gap: 10 }}>
      <span style={inLine}>
        <Shape size={16} color={colors[standing]} aria-hidden />
        {standingWords[standing]}
      </span>
      {brakes.length > 0 && (
        <span style={inLine}>
          <IconHandStop size={16} color="var(--status-aborted)" aria-hidden />
          {brakes.join(', ')}
        </span>
      )}
    </span>
  );
}
