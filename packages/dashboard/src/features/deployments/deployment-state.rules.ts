import type { Deployment, StatusCounts } from '@tideway/protocol';
import { numberText } from '../../platform/ui/number-text.ts';
import { stateWords } from '../../platform/ui/status.ts';

type Standing = Pick<Deployment, 'state' | 'counts'>;

/** What a deployment looks like: one that nothing has begun of waits, and how one has ended is seen. */
export type StateShape = Deployment['state'] | 'waiting' | 'succeeded' | 'failed' | 'aborted';

export function stateShape({ state, counts }: Standing): StateShape {
  if (state === 'running') return isOnlyPending(counts) ? 'waiting' : 'running';
  if (state !== 'finished') return state;
  if (counts.failed > 0) return 'failed';
  if (counts.aborted > 0) return 'aborted';
  return counts.success > 0 ? 'succeeded' : 'finished';
}

/** Where a deployment is, in words: `Waiting`, `Finished, 1 failed`. */
export function stateText({ state, counts }: Standing): string {
  const { success, failed, aborted } = counts;
  switch (stateShape({ state, counts })) {
    case 'waiting':
      return 'Waiting';
    case 'failed':
      return `${stateWords.finished}, ${numberText(failed)} failed`;
    case 'aborted':
      return success === 0
        ? `${stateWords.finished}, aborted`
        : `${stateWords.finished}, ${numberText(aborted)} aborted`;
    default:
      return stateWords[state];
  }
}

/** How many updates went well, of how many, and what else has become of them: `2 of 3 succeeded, 1 failed`. */
export function countsText(counts: StatusCounts): string {
  const { failed, aborted, in_progress } = counts;
  const others = [
    [failed, 'failed'],
    [aborted, 'aborted'],
    [in_progress, 'in progress'],
  ] as const;
  return [
    successText(counts),
    ...others.filter(([count]) => count > 0).map(([count, word]) => `${numberText(count)} ${word}`),
  ].join(', ');
}

/** `2 of 3 succeeded` */
export function successText({ pending, in_progress, success, failed, aborted }: StatusCounts): string {
  const all = pending + in_progress + success + failed + aborted;
  return `${numberText(success)} of ${numberText(all)} succeeded`;
}

function isOnlyPending({ pending, in_progress, success, failed, aborted }: StatusCounts): boolean {
  return pending > 0 && in_progress + success + failed + aborted === 0;
}
