import type { DeviceSearch } from '@tideway/protocol';
import { type RawBuilder, sql } from 'kysely';
import { patternOf } from '../../platform/database/pattern.rules.ts';

/** What keeps the device `d` from taking part, the first of these that applies; null where nothing does. */
export const deviceHindrance = sql<string | null>`
  case when d.joined_at is null then 'not_joined' when d.held_at is not null then 'held'
       when d.needs_approval then 'needs_approval' end`;

/** What a search asks of the device `d`: conditions of which all must be true. */
export function searchConditions({ search, attention }: DeviceSearch): RawBuilder<boolean>[] {
  const conditions: RawBuilder<boolean>[] = [];
  if (search !== undefined) {
    conditions.push(sql`d.public_id || ' ' || d.name || ' ' || d.description ilike ${patternOf(search)}`);
  }
  if (attention === 'blocked') conditions.push(sql`d.update_trigger_on`);
  else if (attention !== undefined) conditions.push(sql`${deviceHindrance} = ${attention}`);
  return conditions;
}
