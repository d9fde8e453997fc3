import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { sentenceOf } from '../../platform/api/refused.ts';
import { deviceMatchesQuery } from './device-choices.queries.ts';
import { type Meaning, meaningOf } from './device-match.rules.ts';
import type { ListedDevice } from './listed-device.ts';

type DeviceTakers = {
  onPick: (device: ListedDevice) => void;
  /** Takes an id that no device has, and the empty text; without it such a text stays, and does not count. */
  onText?: ((text: string) => void) | undefined;
};

/**
 * What is typed for a device, until it is known what it means; null while nothing is.
 * @param value what was chosen: another one takes the place of what is typed
 * @param shown how that stands in the field
 */
export function useTypedDevice(project: string, value: string, shown: string, { onPick, onText }: DeviceTakers) {
  const queries = useQueryClient();
  const [typed, setTyped] = useState<string | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  const latest = useRef<DeviceTakers & { typed: string | null }>({ typed, onPick, onText });
  useEffect(() => {
    Object.assign(latest.current, { onPick, onText });
  });
  useEffect(
    () => () => {
      // What is found later is for a field that is gone.
      latest.current.typed = null;
    },
    [],
  );
  const type = (text: string | null) => {
    latest.current.typed = text;
    setTyped(text);
    setFault(null);
  };
  const [known, setKnown] = useState(value);
  if (known !== value) {
    setKnown(value);
    type(null);
  }
  const pick = (device: ListedDevice) => {
    type(null);
    latest.current.onPick(device);
  };
  const take = (text: string) => {
    type(null);
    latest.current.onText?.(text);
  };

  /** Finds out what is meant; true where somebody has to choose. */
  async function settle(by: 'enter' | 'leave'): Promise<boolean> {
    const asked = latest.current.typed;
    if (asked === null) return false;
    const text = asked.trim();
    if (text === shown) type(null);
    else if (text === '') take('');
    if (text === shown || text === '') return false;
    const { devices, error } = await find(text);
    if (latest.current.typed !== asked) return false;
    if (error) {
      setFault(`It is not known which device that is. ${sentenceOf(error)}`);
      return false;
    }
    const meaning = meaningOf(text, { devices, by, takesAnyId: latest.current.onText !== undefined });
    if (typeof meaning === 'object') pick(meaning.device);
    else if (meaning === 'id') take(text);
    else if (meaning === 'nothing' || by === 'leave') setFault(faults[meaning]);
    return meaning === 'choice';
  }

  async function find(text: string): Promise<{ devices: ListedDevice[]; error?: unknown }> {
    try {
      return await queries.fetchQuery(deviceMatchesQuery(project, text));
    } catch (error) {
      return { devices: [], error };
    }
  }

  return { typed, fault, type, pick, settle };
}

const faults: Record<Exclude<Meaning<never>, 'id' | object>, string> = {
  choice: 'Choose a device of the list.',
  nothing: 'No device has this name or id.',
};
