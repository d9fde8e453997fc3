import { addressText } from '../../platform/ui/address-text.rules.ts';

/** What the page's address asks for. */
export type OrderSearch = {
  flow?: string;
  /** An older version of it. */
  version?: number;
  /** The JSON of a device filter. */
  filter?: string;
  /** Devices that were picked, by id. */
  devices?: string[];
  /** The deployment whose order is given again, to those devices that `filter` selects where there is one. */
  again?: string;
};

/** Reads an address. What it cannot mean is left out, so that no address leads nowhere. */
export function readOrderSearch({ flow, version, filter, devices, again }: Record<string, unknown>): OrderSearch {
  const ids = [devices].flat().filter((id) => typeof id === 'string');
  return {
    ...(flow !== undefined && { flow: addressText(flow) }),
    ...(typeof version === 'number' && Number.isInteger(version) && { version }),
    ...(filter !== undefined && { filter: addressText(filter) }),
    ...(ids.length > 0 && { devices: ids }),
    ...(again !== undefined && { again: addressText(again) }),
  };
}
