import { type StatusCounts, type UpdateStatus, updateStatuses } from '@tideway/protocol';

type Progress = { devices: number; counts: StatusCounts };

/** The counts in one line: `1 pending, 2 success of 3`. */
export function countsText({ devices, counts }: Progress): string {
  const shown = updateStatuses.filter((status) => counts[status] > 0);
  if (shown.length === 0) return 'no devices';
  return `${shown.map((status) => `${counts[status]} ${wordOf(status)}`).join(', ')} of ${devices}`;
}

/** The counts with a bar of what has ended, as wide as a terminal with so many columns can have it. */
export function progressBar(progress: Progress, columns: number): string {
  const { devices, counts } = progress;
  const text = countsText(progress);
  const room = Math.min(40, columns - text.length - 4);
  if (room < 5) return text.slice(0, Math.max(0, columns - 1));
  const ended = devices - counts.pending - counts.in_progress;
  const filled = devices === 0 ? room : Math.floor((ended / devices) * room);
  return `[${'#'.repeat(filled)}${'.'.repeat(room - filled)}] ${text}`;
}

/** A status as people say it. */
export function wordOf(status: UpdateStatus): string {
  return status.replace('_', ' ');
}

export function countOf(devices: number): string {
  return devices === 1 ? '1 device' : `${devices} devices`;
}
