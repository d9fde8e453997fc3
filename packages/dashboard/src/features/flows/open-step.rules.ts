import type { DrawnFlow } from './drawing.rules.ts';
import { isWithin, type PlacedFault, placeText } from './fault-place.rules.ts';
import type { Path, Value } from './flow-source.rules.ts';

/** The step whose form is shown. */
export type OpenStep = {
  index: number;
  /** Of a step that was just added: the fields that were left since, by their place in it. Null of every other step. */
  left: readonly string[] | null;
};

/** The open step after a field was left, by the place of that field in the flow. */
export function withFieldLeft(open: OpenStep | null, place: Path): OpenStep | null {
  if (open === null || open.left === null || place[0] !== 'steps' || place[1] !== open.index) return open;
  const field = placeText(place.slice(2));
  return open.left.includes(field) ? open : { ...open, left: [...open.left, field] };
}

/** The open step when all that is wrong with it is to be shown. */
export function asKnown(open: OpenStep | null): OpenStep | null {
  return open === null || open.left === null ? open : { ...open, left: null };
}

/** The faults that the drawing shows: that a field of a new step is empty is none while nobody has been there. */
export function faultsToShow(
  faults: readonly PlacedFault[],
  { steps }: DrawnFlow,
  open: OpenStep | null,
): readonly PlacedFault[] {
  if (open === null || open.left === null) return faults;
  const { index, left } = open;
  const waiting = emptyPlaces(steps[index]?.value ?? null, []).filter(
    (empty) => !left.some((field) => isWithin(empty, field)),
  );
  const places = waiting.map((empty) => `${placeText(['steps', index])}.${empty}`);
  return faults.filter(({ place }) => !places.includes(place));
}

function emptyPlaces(value: Value, path: Path): string[] {
  if (value === '') return [placeText(path)];
  if (Array.isArray(value)) return value.flatMap((item, index) => emptyPlaces(item, [...path, index]));
  if (value === null || typeof value === 'string') return [];
  return Object.entries(value).flatMap(([key, member]) => emptyPlaces(member, [...path, key]));
}
