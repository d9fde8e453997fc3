import {
  IconCircleDotted,
  IconClockQuestion,
  IconCopyX,
  IconHandStop,
  IconPlugConnected,
  IconPlugConnectedX,
} from '@tabler/icons-react';
import { heldBackBy, type ShownState, shownStateOf, shownStateWords } from './device-state.rules.ts';
import classes from './device-state-mark.module.css';
import type { ListedDevice } from './listed-device.ts';

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

/** Where a device stands as its shape, colour and word, and what keeps it from new updates. */
export function DeviceStateMark({ device, hasTwoLines = false }: { device: ListedDevice; hasTwoLines?: boolean }) {
  const shown = shownStateOf(device);
  const Shape = shapes[shown];
  const heldBack = heldBackBy(device);
  const isStacked = hasTwoLines && heldBack.length > 0;
  return (
    <span className={`${classes.mark} ${isStacked ? classes.isStacked : ''}`}>
      <Shape size={16} color={colors[shown]} aria-hidden />
      {shownStateWords[shown]}
      {heldBack.length > 0 && (
        <span className={classes.second}>
          <IconHandStop size={16} color="var(--status-aborted)" aria-hidden />
          {heldBack.join(', ')}
        </span>
      )}
    </span>
  );
}
