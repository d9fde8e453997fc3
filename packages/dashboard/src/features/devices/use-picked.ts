import { useEffect, useMemo, useState } from 'react';
import { sentenceOf } from '../../platform/api/refused.ts';
import { tellDone, tellRefused } from '../../platform/ui/tell.ts';
import { useSelection } from '../../platform/ui/use-selection.ts';
import type { Selection } from '../../platform/ui/virtual-table.tsx';
import type { BulkSelection, DevicesAsked } from './device.queries.ts';
import type { ListedDevice } from './listed-device.ts';
import { leftOutText } from './picked-words.rules.ts';
import { devicesAmong } from './read-devices.ts';

type Picked = {
  /** For the table: with all that the filter selects, every row is picked. */
  selection: Selection;
  /** For a change of many devices; null where none is picked, or it is being found out. */
  picked: BulkSelection | null;
  /** The list shows others than those that some were picked from: it is asked which of these are still among them. */
  isChecking: boolean;
  clear: () => void;
  pickAll: () => void;
};

/**
 * The devices that were picked one by one, or all that the filter selects. Where other devices are asked for, those
 * that are still among them stay picked, and it is said that others do not; all of them do where that cannot be asked.
 */
export function usePicked(project: string, devices: ListedDevice[], asked: DevicesAsked): Picked {
  const loaded = useMemo(() => devices.map(({ id }) => id), [devices]);
  const { ids, toggle, toggleAll, clear, keepOnly } = useSelection(loaded);
  const [allOf, setAllOf] = useState<DevicesAsked | null>(null);
  const [checkedFor, setCheckedFor] = useState(asked);
  const isAll = allOf === asked;
  const isChecking = checkedFor !== asked && ids.size > 0;

  useEffect(() => {
    if (checkedFor === asked) return;
    let isLate = false;
    const settle = (kept: ReadonlySet<string>, words: string | null) => {
      if (isLate) return;
      keepOnly(kept);
      setAllOf(null);
      setCheckedFor(asked);
      if (words !== null) tellDone(words);
    };
    if (ids.size === 0) settle(new Set(), null);
    else if (allOf !== null) settle(new Set(), 'Other devices are shown: none is picked any more.');
    else
      devicesAmong(project, [...ids], asked).then(
        (kept) => settle(kept, leftOutText(ids.size, kept.size)),
        (error: unknown) => {
          if (isLate) return;
          settle(ids, null);
          tellRefused(
            new Error(`Not known which picked devices are still shown: all stay picked. ${sentenceOf(error)}`),
          );
        },
      );
    return () => {
      isLate = true;
    };
  }, [project, asked, checkedFor, ids, allOf, keepOnly]);

  const selection = useMemo<Selection>(() => {
    if (!isAll) return { ids, toggle, toggleAll };
    const leaveAll = (act: () => void) => {
      setAllOf(null);
      act();
    };
    return { ids: new Set(loaded), toggle: (id) => leaveAll(() => toggle(id)), toggleAll: () => leaveAll(clear) };
  }, [isAll, loaded, ids, toggle, toggleAll, clear]);
  const picked = useMemo<BulkSelection | null>(() => {
    if (isAll) return { device_filter: asked.device_filter };
    return ids.size === 0 || isChecking ? null : { device_ids: [...ids] };
  }, [isAll, ids, asked, isChecking]);
  return {
    selection,
    picked,
    isChecking,
    clear: () => {
      setAllOf(null);
      clear();
    },
    pickAll: () => {
      setAllOf(asked);
      if (!loaded.every((id) => ids.has(id))) toggleAll();
    },
  };
}
