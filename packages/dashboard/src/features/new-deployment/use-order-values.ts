import { useNavigate } from '@tanstack/react-router';
import type { Deployment } from '@tideway/protocol';
import { useEffect, useState } from 'react';
import { draftPlace, forgetDraft, keepDraft, readDraft } from '../../platform/forms/kept-draft.ts';
import { filterFromAddress, filterToAddress } from '../devices/filter-text.rules.ts';
import { useProjectKey } from '../projects/project.queries.ts';
import { useSession } from '../session/session.queries.ts';
import { orderedValues } from './order-again.rules.ts';
import { beginning, keptText, type OrderDraft, readKept } from './order-draft.rules.ts';
import type { OrderFaults } from './order-faults.rules.ts';
import { newKey } from './order-key.ts';
import type { OrderSearch } from './order-search.rules.ts';
import { emptyValues, type FlowInputs, type OrderValues } from './order-values.rules.ts';

/** So many picked devices fit into an address that a server still takes. */
const maxDevicesInAddress = 200;

/** What the steps of the form know: what is typed, and what is said of it. */
export type OrderForm = {
  values: OrderValues;
  change: (values: Partial<OrderValues>) => void;
  /** What is said at the fields: what is missing only once somebody wants to deploy. */
  shown: OrderFaults;
};

/** Where the draft of who is signed in is kept. */
export function useDraftPlace(): string {
  const project = useProjectKey();
  const { user } = useSession();
  return draftPlace('new-deployment', user.id, project);
}

/**
 * The form's values, which live through a reload. They begin as another order was, where that is given again, for
 * other devices where the address asks for these. What is deployed to which devices stands in the address, too.
 * @param search what the address asked for as the page came
 */
export function useOrderValues(search: OrderSearch, again: Deployment | null) {
  const place = useDraftPlace();
  const [read] = useState(() => filterFromAddress(search.filter));
  const [filterError, setFilterError] = useState('error' in read ? read.error : null);
  const [begun, setBegun] = useState(() => {
    const asked = {
      search,
      filter: 'filter' in read ? read.filter : null,
      ordered: again === null ? null : orderedValues(again),
    };
    return beginning(asked, readKept(readDraft(place)), newKey);
  });
  useAddress(begun.values);
  return {
    ...begun,
    place,
    /** What is wrong with the filter that the address asked for, until somebody says which devices are meant. */
    filterError,
    change: (changed: Partial<OrderValues>) => {
      if (changed.filter !== undefined || changed.devices !== undefined) setFilterError(null);
      setBegun((before) => ({ ...before, values: { ...before.values, ...changed }, isTyped: true }));
    },
    /** What is sent from now on is another order than the one before. */
    renewKey: () => setBegun((before) => ({ ...before, key: newKey() })),
    startOver: () => {
      setFilterError(null);
      setBegun({ key: newKey(), values: emptyValues, again: null, isTyped: false, isTakenUp: false });
    },
  };
}

/** Keeps the form while its page is away, until it was deployed: gives what forgets it. */
export function useKeptDraft(place: string, draft: OrderDraft, inputs: FlowInputs): () => void {
  const { key, values, again, isTyped } = draft;
  const [isDone, setDone] = useState(false);
  useEffect(() => {
    if (!isDone) keepDraft(place, keptText({ key, values, again, isTyped }, inputs));
  }, [isDone, place, key, values, again, isTyped, inputs]);
  return () => {
    setDone(true);
    forgetDraft(place);
  };
}

function useAddress({ flow, flowVersion, filter, devices }: OrderValues): void {
  const navigate = useNavigate({ from: '/p/$project/deployments/new' });
  const address = filterToAddress(filter);
  useEffect(() => {
    void navigate({
      search: {
        ...(flow !== '' && { flow }),
        ...(flowVersion !== '' && { version: Number(flowVersion) }),
        ...(address !== undefined && { filter: address }),
        ...(devices.length > 0 && devices.length <= maxDevicesInAddress && { devices }),
      },
      replace: true,
      resetScroll: false,
    });
  }, [flow, flowVersion, address, devices, navigate]);
}
