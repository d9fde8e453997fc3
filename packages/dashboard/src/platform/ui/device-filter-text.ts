import type { deviceFilterSchema } from '@tideway/protocol';
import type { z } from 'zod';

/** A device filter as it stands in addresses of pages. */
export function deviceFilterText(filter: z.output<typeof deviceFilterSchema>): string {
  return JSON.stringify(filter);
}
