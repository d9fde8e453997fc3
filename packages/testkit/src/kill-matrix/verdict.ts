import type { Happening } from './killable-device.ts';

/** How the last step of a flow ends: all goes through, or the update goes back. */
export type Course = 'through' | 'back';

/** Where the update stood when its agent was killed, as docs/agent.md names it. */
export type Standing =
  | 'not begun'
  | 'between two acts'
  | 'in a repeatable step'
  | 'in another step'
  | 'waiting for a boot'
  | 'after a boot'
  | 'undoing'
  | 'rolling back'
  | 'finished, not reported'
  | 'reported';

/** How an update has to end, by the table of docs/agent.md. */
export type Verdict = { status: 'success' | 'failed'; reason: string | null; files: 'new' | 'old' };

/** @param repeatable whether the step of this number may be run again */
export function standingOf(
  history: Happening[] | null,
  isOver: boolean,
  repeatable: (step: number) => boolean,
): Standing {
  if (history === null) return isOver ? 'reported' : 'not begun';
  const last = history.findLast(({ type }) => type !== 'agent_started' && type !== 'stop_requested');
  switch (last?.type) {
    case 'step_started':
      return repeatable(last.step ?? -1) ? 'in a repeatable step' : 'in another step';
    case 'boot_requested':
      return 'waiting for a boot';
    case 'booted':
      return 'after a boot';
    case 'undo_started':
      return 'undoing';
    case 'rollback_started':
      return 'rolling back';
    case 'finished':
      return 'finished, not reported';
    default:
      return 'between two acts';
  }
}

/** The end that the table leaves to an update that stood so at each of its kills. */
export function verdictOf(course: Course, standings: Standing[]): Verdict {
  if (standings.includes('in another step')) return { status: 'failed', reason: 'interrupted', files: 'old' };
  if (course === 'back') return { status: 'failed', reason: 'command_failed', files: 'old' };
  return { status: 'success', reason: null, files: 'new' };
}
