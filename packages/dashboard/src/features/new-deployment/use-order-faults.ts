import { useMemo, useState } from 'react';
import { Refused } from '../../platform/api/refused.ts';
import {
  faultsOfRefusal,
  isMissing,
  type OrderFaults,
  type OrderField,
  orderFaults,
  valueOfField,
} from './order-faults.rules.ts';
import type { FlowInputs, OrderValues } from './order-values.rules.ts';

type KnownFaults = {
  /** What keeps the order from being placed as far as the browser knows. */
  faults: OrderFaults;
  /** What is said at the fields, by the browser or the server. */
  shown: OrderFaults;
  /** Puts a refusal of these values at its fields; what belongs to none is given back. */
  takeRefusal: (error: unknown) => { refused: OrderFaults; other: unknown };
  /** The server would take the order. */
  takeConsent: () => void;
};

/**
 * What is wrong with the values: by the API's schemas, and by what the server has refused of them.
 * @param found what else is known to be wrong
 * @param unfinished what of the filter does not count yet, or null
 */
export function useOrderFaults(
  values: OrderValues,
  inputs: FlowInputs,
  found: OrderFaults,
  unfinished: string | null,
  wantsToDeploy: boolean,
): KnownFaults {
  const [refused, setRefused] = useState<{ faults: OrderFaults; values: OrderValues } | null>(null);
  const typed = useMemo(() => orderFaults(values, inputs), [values, inputs]);
  const wrong = { ...typed, ...found };
  const faults = { ...(unfinished !== null && { filter: unfinished }), ...wrong };
  const shown: OrderFaults = {};
  for (const [field, message] of entriesOf(refused?.faults ?? {})) {
    // Once a field is changed, what was refused of it is history.
    const isAsItWas = refused !== null && valueOfField(refused.values, field) === valueOfField(values, field);
    if (isAsItWas) shown[field] = message;
  }
  for (const [field, message] of entriesOf(faults)) {
    const isWrong = wrong[field] !== undefined && !isMissing(field, values, inputs);
    if (wantsToDeploy || isWrong) shown[field] = message;
  }
  return {
    faults,
    shown,
    takeRefusal: (error) => {
      if (!(error instanceof Refused)) return { refused: {}, other: error };
      const { byField, other } = faultsOfRefusal(error);
      setRefused({ faults: byField, values });
      return { refused: byField, other: other === null ? null : error };
    },
    takeConsent: () => setRefused(null),
  };
}

function entriesOf(faults: OrderFaults): [OrderField, string][] {
  return Object.entries(faults) as [OrderField, string][];
}
