import type { Deployment, UpdateStatus } from '@tideway/protocol';
import { countText } from '../../platform/ui/number-text.ts';
import { durationText } from '../../platform/ui/time.tsx';
import type { RetriedStatus } from './retried-filter.rules.ts';

// What an action on a deployment will do, and to how many devices, as the counts stand.

type Standing = Pick<Deployment, 'counts' | 'abort_deadline_s'>;

export function abortText({ counts: { pending, in_progress }, abort_deadline_s }: Standing): string[] {
  return [
    ...(pending > 0
      ? [`${countText(pending, 'pending update')} ${pending === 1 ? 'ends' : 'end'} at once: nothing has run there.`]
      : []),
    ...(in_progress > 0
      ? [
          `${countText(in_progress, 'device')} at work ${in_progress === 1 ? 'is' : 'are'} asked to stop, and ${
            in_progress === 1 ? 'has' : 'have'
          } ${durationText(abort_deadline_s)} to confirm.`,
        ]
      : []),
    'What has ended stays as it is. An abort cannot be taken back.',
  ];
}

export function pauseText({ counts: { pending, in_progress } }: Standing): string[] {
  return [
    `No device begins any more: ${countText(pending, 'device')} ${pending === 1 ? 'waits' : 'wait'} until you resume.`,
    ...(in_progress > 0
      ? [`${countText(in_progress, 'device')} at work ${in_progress === 1 ? 'goes' : 'go'} on.`]
      : []),
  ];
}

export function resumeText({ counts: { pending } }: Standing): string[] {
  return [`${countText(pending, 'device')} may begin, as soon as nothing else keeps ${pending === 1 ? 'it' : 'them'}.`];
}

/** What may be tried again, with how many devices it is about. */
export function retryChoices({ counts }: Pick<Deployment, 'counts'>): { status: RetriedStatus; count: number }[] {
  const statuses: RetriedStatus[] = ['failed', 'aborted'];
  return statuses.map((status) => ({ status, count: counts[status] })).filter(({ count }) => count > 0);
}

/** How many updates have not ended. */
export function openCount({ counts }: Pick<Deployment, 'counts'>): number {
  const open: UpdateStatus[] = ['pending', 'in_progress'];
  return open.reduce((sum, status) => sum + counts[status], 0);
}
