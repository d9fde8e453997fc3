import type { StatusCounts } from '@tideway/protocol';
import type { Locator, Page } from 'playwright-core';

/** The bar of the five counts, once it says this. */
export function bar(within: Locator, counts: Partial<StatusCounts>): Locator {
  const { pending = 0, in_progress = 0, success = 0, failed = 0, aborted = 0 } = counts;
  const name = `Pending ${pending}, In progress ${in_progress}, Success ${success}, Failed ${failed}, Aborted ${aborted}`;
  return within.getByRole('img', { name, exact: true });
}

/** The row of a device in the table of a deployment's updates. */
export function updateRow(page: Page, device: string): Locator {
  return page.getByRole('grid', { name: 'Devices' }).getByRole('row').filter({ hasText: device });
}
