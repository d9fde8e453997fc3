import type { DeploymentState, UpdateStatus } from '@tideway/protocol';

/** How the statuses are written on the screen. */
export const statusWords: Record<UpdateStatus, string> = {
  pending: 'Pending',
  in_progress: 'In progress',
  success: 'Success',
  failed: 'Failed',
  aborted: 'Aborted',
};

export const statusColors: Record<UpdateStatus, string> = {
  pending: 'var(--status-pending)',
  in_progress: 'var(--status-in-progress)',
  success: 'var(--status-success)',
  failed: 'var(--status-failed)',
  aborted: 'var(--status-aborted)',
};

export const stateWords: Record<DeploymentState, string> = {
  scheduled: 'Scheduled',
  paused: 'Paused',
  running: 'Running',
  finished: 'Finished',
  archived: 'Archived',
};

/** The same where several are meant: of those that run, some may wait for their devices. */
export const statesWords: Record<DeploymentState, string> = { ...stateWords, running: 'Running or waiting' };
