import {
  IconCircleDotted,
  IconClockQuestion,
  IconCopyX,
  IconHandStop,
  IconPlugConnected,
  IconPlugConnectedX,
} from '@tabler/icons-react';
import type { Device } from '@tideway/protocol';
import { heldBackBy, type ShownState, shownStateOf, shownStateWords } from './device-state.rules.ts';

const shapes: Record<ShownState, typeof IconPlugConnected> = {
  not_joined: IconCircleDotted,
  held: IconCopyX,
  needs_approval: IconClockQuestion,
  online: IconPlugConnected,
  offline: IconPlugConnectedX,
};

const colors: Record<ShownState, string> = {
  not_joined: 'var(--status-pending)',
  held: 'var(--status-failed)',
  needs_approval: 'var(--status-aborted)',
  online: 'var(--status-success)',
  offline: 'var(--status-pending)',
};

const inLine = {
  display: 'inline-flex',
  alignItems: 'center',
  gap: 6,
  whiteSpace: 'nowrap',
  verticalAlign: 'middle',
} as const;

/** Where a device stands as its shape, colour and word, and what keeps it from new updates. */
export function DeviceStateMark({ device }: { device: Device }) {
  const shown = shownStateOf(device);
  const Shape = shapes[shown];
  const heldBack = heldBackBy(device);
  return (
    <span style={{ ...inLine, gap: 10 }}>
      <span style={inLine}>
        <Shape size={16} color={colors[shown]} aria-hidden />
        {shownStateWords[shown]}
      </span>
      {heldBack.length > 0 && (
        <span style={inLine}>
          <IconHandStop size={16} color="var(--status-aborted)" aria-hidden />
          {heldBack.join(', ')}
        </span>
      )}
    </span>
  );
}
