import type { Device, DeviceSearch } from '@tideway/protocol';
import { sql } from 'kysely';
import { inTransaction } from '../../platform/database/transaction.ts';
import type { Deps } from '../../platform/deps.ts';
import { type IdPage, idPageQuery } from '../../platform/http/id-page.ts';
import { invalidRequest } from '../../platform/http/refusals.ts';
import { checkAgainst } from '../../platform/http/validation.rules.ts';
import { listDevicesThat } from '../devices/device.views.ts';
import { searchConditions } from '../devices/device-search.rules.ts';
import type { ProjectCaller } from '../projects/in-project.access.ts';
import { conditionSql } from './device-filter.rules.ts';
import { readSelectionSearch, type Selection } from './order.rules.ts';
import { objectIn, type Read } from './order-form.rules.ts';
import { resolveDeviceFilter } from './resolve-device-filter.ts';

/**
 * One page of the devices that an order's filter and a search match at this moment; as in every list of devices, those
 * that await approval are among them. Refuses names and ids that do not exist.
 */
export async function searchDevicesByFilter(
  { db }: Pick<Deps, 'db'>,
  caller: ProjectCaller,
  body: unknown,
): Promise<{ items: Device[]; next: string | null }> {
  const read = readSelectionPage(body);
  if ('faults' in read) throw invalidRequest(read.faults);
  return inTransaction(db, async (tx) => {
    const condition = await resolveDeviceFilter(tx, caller.project.id, read.selection);
    const conditions = [conditionSql(condition), ...searchConditions(read.search)];
    return listDevicesThat(tx, caller.project.id, sql`${sql.join(conditions, sql` and `)}`, read.page);
  });
}

function readSelectionPage(body: unknown): Read<{ selection: Selection; search: DeviceSearch; page: IdPage }> {
  const { after, limit, ...asked } = objectIn(body);
  const page = checkAgainst(idPageQuery, { after, limit });
  const read = readSelectionSearch(asked);
  const faults = [page, read].flatMap((one) => ('faults' in one ? one.faults : []));
  return 'faults' in page || 'faults' in read ? { faults } : { ...read, page: page.value };
}
