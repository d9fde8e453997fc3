import { useMemo, useState } from 'react';
import { useSelection } from '../../platform/ui/use-selection.ts';
import type { Selection } from '../../platform/ui/virtual-table.tsx';
import type { BulkSelection, DevicesAsked } from './device.queries.ts';
import type { ListedDevice } from './listed-device.ts';

type Picked = {
  /** For the table: with all that the filter selects, every row is picked. */
  selection: Selection;
  /** For a change of many devices; null where none is picked. */
  picked: BulkSelection | null;
  clear: () => void;
  pickAll: () => void;
};

/** The devices that were picked one by one, or all that the filter selects; other filters begin with none. */
export function usePicked(devices: ListedDevice[], asked: DevicesAsked): Picked {
  const loaded = useMemo(() => devices.map(({ id }) => id), [devices]);
  const { ids, toggle, toggleAll, clear } = useSelection(loaded);
  const [isAll, setAll] = useState(false);
  const [known, setKnown] = useState(asked);
  if (known !== asked) {
    setKnown(asked);
    setAll(false);
    clear();
  }
  const selection = useMemo<Selection>(() => {
    if (!isAll) return { ids, toggle, toggleAll };
    const leaveAll = (act: () => void) => {
      setAll(false);
      act();
    };
    return { ids: new Set(loaded), toggle: (id) => leaveAll(() => toggle(id)), toggleAll: () => leaveAll(clear) };
  }, [isAll, loaded, ids, toggle, toggleAll, clear]);
  const picked = useMemo<BulkSelection | null>(() => {
    if (isAll) return { device_filter: asked.device_filter };
    return ids.size === 0 ? null : { device_ids: [...ids] };
  }, [isAll, ids, asked]);
  return {
    selection,
    picked,
    clear: () => {
      setAll(false);
      clear();
    },
    pickAll: () => {
      setAll(true);
      if (!loaded.every((id) => ids.has(id))) toggleAll();
    },
  };
}
