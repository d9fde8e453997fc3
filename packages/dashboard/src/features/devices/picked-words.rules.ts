import { countText, numberText } from '../../platform/ui/number-text.ts';

/** What is said where of so many picked devices only these are still shown; null where all of them are. */
export function leftOutText(picked: number, kept: number): string | null {
  if (kept >= picked) return null;
  if (kept === 0)
    return `The ${countText(picked, 'picked device')} ${picked === 1 ? 'is' : 'are'} not shown any more, nor picked.`;
  const left = picked - kept;
  return `${numberText(left)} of the ${countText(picked, 'picked device')} ${left === 1 ? 'is' : 'are'} not shown any more, nor picked.`;
}
