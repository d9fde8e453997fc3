/** What the page's address asks for. */
export type OrderSearch = {
  flow?: string;
  /** The version that somebody has looked at; an order takes the newest. */
  version?: number;
  /** The JSON of a device filter. */
  filter?: string;
  /** Devices that were picked, by id. */
  devices?: string[];
};

/** Reads an address. What it cannot mean is left out, so that no address leads nowhere. */
export function readOrderSearch({ flow, version, filter, devices }: Record<string, unknown>): OrderSearch {
  const ids = [devices].flat().filter((id) => typeof id === 'string');
  return {
    ...(flow !== undefined && { flow: textOf(flow) }),
    ...(typeof version === 'number' && Number.isInteger(version) && { version }),
    ...(filter !== undefined && { filter: textOf(filter) }),
    ...(ids.length > 0 && { devices: ids }),
  };
}

/** The router reads what looks like JSON or a number as such. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
