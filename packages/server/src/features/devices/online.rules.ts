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

/** The same where the device's row `o` of `device_presence` is joined: for many devices at once. */
export const presenceIsOnline = sql<boolean>`coalesce(${makesOnline}, false)`;

/** The same to be shown of the devices of a page: each is looked up by itself, never all that there are. */
export const shownDeviceIsOnline = sql<boolean>`coalesce(
  (select ${makesOnline} from device_presence o where o.device_id = d.id), false)`;

/**
 * When the row `p` of the table `device_presence` last heard of its device: over an open channel nothing is noted, but its
 * server lets go of a channel that does not answer, and renews its lease for half a minute as long as it lives.
 */
export const lastContactAt = sql<Date | null>`greatest(p.last_contact_at,
  (select least(l.ends_at - interval '30 seconds', tideway_now()) from server_lease l where l.id = p.server_id))`;

/** When the device `d` of a page was last heard of; null where it never was. */
export const shownDeviceLastContactAt = sql<Date | null>`(
  select ${lastContactAt} from device_presence p where p.device_id = d.id)`;

/** Whether the row `p` says that its device holds a channel open at a server that is there. */
export const isConnected = sql<boolean>`coalesce(
  (select l.ends_at > tideway_now() from server_lease l where l.id = p.server_id), false)`;
