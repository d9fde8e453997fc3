import { sql } from 'kysely';

/**
 * Whether the device `d` is online, as a condition: it was here lately enough, or holds a channel open at a server whose
 * lease is not over. Never null.
 */
export const deviceIsOnline = sql<boolean>`exists (
  select from device_presence o
  where o.device_id = d.id
    and (o.online_until > tideway_now()
         or o.server_id in (select l.id from server_lease l where l.ends_at > tideway_now())))`;
