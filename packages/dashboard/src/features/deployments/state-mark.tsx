import {
  IconArchive,
  IconBan,
  IconClock,
  IconHourglass,
  IconPlayerPauseFilled,
  IconPlayerPlayFilled,
  IconSquareCheck,
  IconSquareX,
} from '@tabler/icons-react';
import type { Deployment } from '@tideway/protocol';
import { type StateShape, stateShape, stateText } from './deployment-state.rules.ts';

const shapes: Record<StateShape, { shape: typeof IconClock; color: string }> = {
  scheduled: { shape: IconClock, color: 'var(--quiet)' },
  paused: { shape: IconPlayerPauseFilled, color: 'var(--status-aborted)' },
  waiting: { shape: IconHourglass, color: 'var(--quiet)' },
  running: { shape: IconPlayerPlayFilled, color: 'var(--status-in-progress)' },
  finished: { shape: IconSquareCheck, color: 'var(--quiet)' },
  succeeded: { shape: IconSquareCheck, color: 'var(--status-success)' },
  failed: { shape: IconSquareX, color: 'var(--status-failed)' },
  aborted: { shape: IconBan, color: 'var(--status-aborted)' },
  archived: { shape: IconArchive, color: 'var(--quiet)' },
};

/** Where a deployment is, as shape, colour and word. */
export function StateMark({ deployment }: { deployment: Pick<Deployment, 'state' | 'counts'> }) {
  const { shape: Shape, color } = shapes[stateShape(deployment)];
  return (
    <span
      style={{ display: 'inline-flex', verticalAlign: 'bottom', alignItems: 'center', gap: 6, whiteSpace: 'nowrap' }}
    >
      <Shape size={16} color={color} aria-hidden style={{ flex: 'none' }} />
      {stateText(deployment)}
    </span>
  );
}
