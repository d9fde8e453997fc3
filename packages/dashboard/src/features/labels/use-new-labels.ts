import { Refused } from '../../platform/api/refused.ts';
import { useMay } from '../session/session.queries.ts';
import { useAllNames, useLabelChanges } from './label.queries.ts';
import type { LabelKind } from './label-kind.ts';
import { namesToMake } from './new-labels.rules.ts';

/** Makes the groups or tags that somebody gives devices before there are such. */
export function useNewLabels(project: string, kind: LabelKind) {
  const known = useAllNames(project, kind.plural);
  const mayMake = useMay(kind.needs);
  const { create } = useLabelChanges(project, kind);
  const toMake = (chosen: string[]) => (mayMake ? namesToMake(chosen, known) : []);
  return {
    toMake,
    make: async (chosen: string[]) => {
      for (const name of toMake(chosen)) {
        await create({ name }).catch((refused: unknown) => {
          // Somebody else was faster.
          if (!(refused instanceof Refused && refused.code === 'already_exists')) throw refused;
        });
      }
    },
  };
}
