import { z } from 'zod';
import { pageQuery } from './route.ts';

/** Parameters of a list in the order of its rows' internal ids; the cursor is the id that the page before ended at. */
export const idPageQuery = pageQuery.extend({
  after: z
    .string()
    .regex(/^[0-9]{1,15}$/, 'must be what the page before gave as next')
    .optional(),
});
export type IdPage = z.output<typeof idPageQuery>;

/** One page of rows that were read with one more than `limit`, so that it is known whether more follow. */
export function pageOfRows<Row extends { id: number }, Item>(
  found: Row[],
  limit: number,
  show: (row: Row) => Item,
): { items: Item[]; next: string | null } {
  const shown = found.slice(0, limit);
  const last = shown.at(-1);
  return { items: shown.map(show), next: last && found.length > limit ? String(last.id) : null };
}
