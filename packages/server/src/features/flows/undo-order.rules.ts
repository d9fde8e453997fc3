import path from 'node:path';
import type { FlowDocument, Step } from '@tideway/protocol';

/**
 * What undoing in forward order would get wrong: the later of two steps that put files at one place keeps those of the
 * earlier one, and brings them back last.
 */
export function undoOrderFaults({ order, steps }: Pick<FlowDocument, 'order' | 'steps'>): string[] {
  if (order !== 'forward') return [];
  const placing = steps.flatMap((step) => {
    const place = placeOf(step);
    return place === null ? [] : [{ name: step.name, place }];
  });
  return placing.flatMap((later, index) =>
    placing
      .slice(0, index)
      .filter((earlier) => isWithin(earlier.place, later.place) || isWithin(later.place, earlier.place))
      .map(({ name }) => {
        const both = `${JSON.stringify(name)} and ${JSON.stringify(later.name)} may put files at the same place`;
        return `${both}: with order: forward, undoing both may leave those of the first`;
      }),
  );
}

function placeOf(step: Step): string | null {
  if (step.uses !== 'files' && step.uses !== 'download-artifact') return null;
  return path.posix.join('/', step.with.path, '/');
}

function isWithin(outer: string, place: string): boolean {
  return place.startsWith(outer);
}
