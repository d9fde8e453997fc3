import { sql } from 'kysely';

/**
 * Whether the row `o` of the table `device_presence` makes its device online. May be null where it does not. The time is
 * asked for once, and not for each of a million rows.
 */
const makesOnline = sql`(
  o.online_until > (select tideway_now())
  or o.server_id in (select l.id from server_lease l where l.ends_at > tideway_now()))`;

/**
 * Whether the device `d` is online, as a condition: it was here lately enough, or holds a channel open at a server whose
 * lease is not over. Never null.
 */
export const deviceIsOnline = sql<boolean>`exists (
  select from device_presence o where o.device_id = d.id and ${makesOnline})`;

/** The same to be shown of the devices of a page: each is looked up by itself, never all that there are. */
export const shownDeviceIsOnline = sql<boolean>`coalesce(
  (select ${makesOnline} from device_presence o where o.device_id = d.id), false)`;
