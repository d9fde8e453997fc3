import {
  IconArchive,
  IconClock,
  IconPlayerPauseFilled,
  IconPlayerPlayFilled,
  IconSquareCheck,
} from '@tabler/icons-react';
import type { DeploymentState } from '@tideway/protocol';
import { stateWords } from '../../platform/ui/status.ts';

const shapes: Record<DeploymentState, typeof IconClock> = {
  scheduled: IconClock,
  paused: IconPlayerPauseFilled,
  running: IconPlayerPlayFilled,
  finished: IconSquareCheck,
  archived: IconArchive,
};

const colors: Record<DeploymentState, string> = {
  scheduled: 'var(--quiet)',
  paused: 'var(--status-aborted)',
  running: 'var(--status-in-progress)',
  finished: 'var(--quiet)',
  archived: 'var(--quiet)',
};

/** Where a deployment is, as shape, colour and word. */
export function StateMark({ state }: { state: DeploymentState }) {
  const Shape = shapes[state];
  return (
    <span
      style={{ display: 'inline-flex', verticalAlign: 'bottom', alignItems: 'center', gap: 6, whiteSpace: 'nowrap' }}
    >
      <Shape size={16} color={colors[state]} aria-hidden />
      {stateWords[state]}
    </span>
  );
}
