import type { Fault } from '@tideway/protocol';
import type { Path } from './flow-source.rules.ts';

/** A fault of one flow, by the place within it: `steps[1].with.path`, empty where it is about the whole. */
export type PlacedFault = { place: string; message: string; line: number | null };

/** `steps[1].with.path` */
export function placeText(path: Path): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`;
    return text === '' ? key : `${text}.${key}`;
  }, '');
}

/** The faults of the flow of this name, or of the text around it. `names` are those of all flows of the text. */
export function faultsOf(faults: readonly Fault[], name: string, names: readonly string[]): PlacedFault[] {
  return faults.flatMap((fault) => {
    const owner = ownerOf(fault.path, names);
    if (owner !== null && owner !== name) return [];
    const place = owner === null ? '' : fault.path.slice(`flows.${owner}`.length).replace(/^\./, '');
    return [{ place, message: shortMessage(fault), line: fault.line ?? null }];
  });
}

/** The name may hold dots and brackets, as the name of another flow may begin like it. */
function ownerOf(path: string, names: readonly string[]): string | null {
  const owners = names.filter((name) => {
    const own = `flows.${name}`;
    return path === own || path.startsWith(`${own}.`) || path.startsWith(`${own}[`);
  });
  return owners.sort((one, other) => other.length - one.length)[0] ?? null;
}

/** What is expected, without the path that the message begins with: the place says it. */
export function shortMessage({ path, message }: Pick<Fault, 'path' | 'message'>): string {
  if (path === '' || !message.startsWith(path)) return message;
  const said = message.slice(path.length).replace(/^(: | )/, '');
  return said === '' ? message : said.charAt(0).toUpperCase() + said.slice(1);
}

/** Whether something stands at a place or within it. */
export function isWithin(place: string, outer: string): boolean {
  return place === outer || outer === '' || place.startsWith(`${outer}.`) || place.startsWith(`${outer}[`);
}

/** The number of the step that a place is in, null where it is in none. */
export function stepOf(place: string): number | null {
  const index = /^steps\[(\d+)\]/.exec(place)?.[1];
  return index === undefined ? null : Number(index);
}

/** What is wrong within a step, with the place that it is at: `rum: Is not a known key` */
export function faultOfStepText({ place, message }: PlacedFault): string {
  return `${place.replace(/^steps\[\d+\]\.?/, '') || 'The step'}: ${message}`;
}

/** Of the faults within `outer`, those that are at none of the fields which are shown. */
export function faultsBeside(faults: readonly PlacedFault[], outer: string, shown: readonly string[]): PlacedFault[] {
  return faults.filter(({ place }) => isWithin(place, outer) && !shown.some((field) => isWithin(place, field)));
}
