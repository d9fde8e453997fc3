import { countText } from '../../platform/ui/number-text.ts';

type Named = { id: string; name: string };

/** So many devices are offered at once. */
export const offeredDevices = 10;

/** Devices that a search has found, those first that are meant most likely: by all of their id or name, or its beginning. */
export function bestFirst<Device extends Named>(found: readonly Device[], text: string): Device[] {
  const sought = text.toLowerCase();
  const rankOf = ({ id, name }: Device) => {
    const texts = [id.toLowerCase(), name.toLowerCase()];
    if (texts.includes(sought)) return 0;
    if (texts.some((own) => own.startsWith(sought))) return 1;
    return texts.some((own) => own.includes(sought)) ? 2 : 3;
  };
  return found
    .map((device) => ({ device, rank: rankOf(device) }))
    .sort((one, other) => one.rank - other.rank)
    .map(({ device }) => device);
}

/** Whether a text is the whole id or name of one of them, to the letter. */
export function isAllOf(devices: readonly Named[], text: string): boolean {
  return devices.some(({ id, name }) => id === text || name === text);
}

/** The device whose id or name a text is; null where there is none, or several whose names differ in capitals only. */
export function deviceNamed<Device extends Named>(devices: readonly Device[], text: string): Device | null {
  const exact = devices.find(({ id }) => id === text) ?? devices.find(({ name }) => name === text);
  if (exact !== undefined) return exact;
  const [one, ...others] = devices.filter(({ name }) => name.toLowerCase() === text.toLowerCase());
  return one !== undefined && others.length === 0 ? one : null;
}

/** What a text counts as: a device, an id that no device has, nothing before somebody chooses, or nothing at all. */
export type Meaning<Device> = { device: Device } | 'id' | 'choice' | 'nothing';

type Typed<Device> = {
  /** The devices that it finds. */
  devices: readonly Device[];
  by: 'enter' | 'leave';
  /** Whether an id counts that no device has. */
  takesAnyId: boolean;
};

/** What is meant by a text that was typed, once Enter is pressed or its field is left. */
export function meaningOf<Device extends Named>(
  text: string,
  { devices, by, takesAnyId }: Typed<Device>,
): Meaning<Device> {
  const device = deviceNamed(devices, text);
  if (device !== null) return { device };
  // Enter takes nothing of a list that nobody has seen yet.
  if (devices.length > 0 && (by === 'enter' || !takesAnyId)) return 'choice';
  return takesAnyId ? 'id' : 'nothing';
}

/** What is said under the devices that are offered. */
export function offerText(count: number, hasMore: boolean, text: string): string {
  if (count === 0) return text === '' ? 'There are no devices yet.' : 'No device matches.';
  if (!hasMore) return countText(count, 'device matches', 'devices match');
  return text === ''
    ? `The first ${countText(count, 'device')}: type to search.`
    : 'More devices match: type more of the name.';
}
