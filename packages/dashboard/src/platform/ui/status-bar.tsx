import { Group } from '@mantine/core';
import { type StatusCounts, type UpdateStatus, updateStatuses } from '@tideway/protocol';
import { numberText } from './number-text.ts';
import { statusColors, statusWords } from './status.ts';
import classes from './status-bar.module.css';
import { StatusMark } from './status-icon.tsx';

/** From what has ended well to what has not begun, so that the bar fills from the left. */
const order: UpdateStatus[] = ['success', 'failed', 'aborted', 'in_progress', 'pending'];

/** The five counts of a deployment as one bar. */
export function StatusBar({ counts }: { counts: StatusCounts }) {
  const total = order.reduce((sum, status) => sum + counts[status], 0);
  const words = updateStatuses.map((status) => `${statusWords[status]} ${numberText(counts[status])}`).join(', ');
  return (
    <div className={classes.bar} role="img" aria-label={words} title={words}>
      {order.map((status) => (
        <div
          key={status}
          className={`${classes.part} ${status === 'pending' || status === 'in_progress' ? classes.open : ''}`}
          style={{
            width: total === 0 ? 0 : `${(counts[status] / total) * 100}%`,
            backgroundColor: statusColors[status],
          }}
        />
      ))}
    </div>
  );
}

/** The five counts with their words, in the order in which they are always shown. */
export function StatusCountsLine({ counts }: { counts: StatusCounts }) {
  return (
    <Group gap="md" className="numbers">
      {updateStatuses.map((status) => (
        <span key={status} style={{ display: 'inline-flex', alignItems: 'center', gap: 6 }}>
          <StatusMark status={status} /> <b>{numberText(counts[status])}</b>
        </span>
      ))}
    </Group>
  );
}
