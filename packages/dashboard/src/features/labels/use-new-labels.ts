import { Refused } from '../../platform/api/refused.ts';
import { tellRefused } from '../../platform/ui/tell.ts';
import { useMay } from '../session/session.queries.ts';
import { useAllNames, useLabelChanges } from './label.queries.ts';
import type { LabelKind } from './label-kind.ts';
import { namesToMake, staysText } from './new-labels.rules.ts';

/** Makes the groups or tags that somebody gives devices before there are such. */
export function useNewLabels(project: string, kind: LabelKind) {
  const known = useAllNames(project, kind.plural);
  const mayMake = useMay(kind.needs);
  const { create, remove } = useLabelChanges(project, kind);
  const toMake = (chosen: string[]) => (mayMake ? namesToMake(chosen, known) : []);

  /** Whether it was made here; false where somebody else was faster. */
  async function make(name: string): Promise<boolean> {
    try {
      await create({ name });
      return true;
    } catch (refused) {
      if (refused instanceof Refused && refused.code === 'already_exists') return false;
      throw refused;
    }
  }

  async function takeBack(made: string[]): Promise<void> {
    const left: string[] = [];
    for (const name of made) await remove(name).catch(() => left.push(name));
    if (left.length > 0) tellRefused(new Error(staysText(kind, left)));
  }

  return {
    toMake,
    /** Makes what is chosen and not there, and acts. Where that is refused, what was made for it goes again. */
    makeFor: async <Answer>(chosen: string[], act: () => Promise<Answer>): Promise<Answer> => {
      const made: string[] = [];
      try {
        for (const name of toMake(chosen)) if (await make(name)) made.push(name);
        return await act();
      } catch (refused) {
        await takeBack(made);
        throw refused;
      }
    },
  };
}
