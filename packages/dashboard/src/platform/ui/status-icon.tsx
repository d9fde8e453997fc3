import {
  IconBan,
  IconCircleCheckFilled,
  IconCircleDashed,
  IconProgress,
  IconSquareRoundedXFilled,
} from '@tabler/icons-react';
import type { UpdateStatus } from '@tideway/protocol';
import { statusColors, statusWords } from './status.ts';

const shapes = {
  pending: IconCircleDashed,
  in_progress: IconProgress,
  success: IconCircleCheckFilled,
  failed: IconSquareRoundedXFilled,
  aborted: IconBan,
};

/** A status as its shape and colour; the word beside it, unless it stands there anyway. */
export function StatusMark({ status, withWord = true }: { status: UpdateStatus; withWord?: boolean }) {
  const Shape = shapes[status];
  return (
    <span
      style={{ display: 'inline-flex', verticalAlign: 'bottom', alignItems: 'center', gap: 6, whiteSpace: 'nowrap' }}
    >
      <Shape
        size={16}
        color={statusColors[status]}
        // Of some shapes the library paints the inside with the colour of the text.
        style={{ color: statusColors[status] }}
        {...(withWord ? { 'aria-hidden': true } : { role: 'img', 'aria-label': statusWords[status] })}
      />
      {withWord && statusWords[status]}
    </span>
  );
}
