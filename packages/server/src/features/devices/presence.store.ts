import { sql } from 'kysely';
import { type Db, execute } from '../../platform/database/database.ts';

/** A channel that a device opened, or that ended: its session is its own name. */
export type ChannelEvent = { deviceId: number; session: string };

/** Notes that devices hold a channel open at this server; what an older channel of theirs noted counts no more. */
export async function setChannelsOpened(db: Db, serverId: string, opened: readonly ChannelEvent[]): Promise<void> {
  await execute(
    db,
    sql`insert into device_presence as p (device_id, last_contact_at, online_until, server_id, session)
        select d.id, tideway_now(), tideway_now(), ${serverId}, c.session
        from unnest(${opened.map((event) => event.deviceId)}::bigint[],
                    ${opened.map((event) => event.session)}::text[]) as c (device_id, session)
        join device d on d.id = c.device_id and d.deleted_at is null order by d.id
        on conflict (device_id) do update
        set last_contact_at = excluded.last_contact_at, online_until = excluded.online_until,
            server_id = excluded.server_id, session = excluded.session`,
  );
}

/** Notes that channels have ended: their devices are offline from now, unless they have come back elsewhere. */
export async function setChannelsEnded(db: Db, ended: readonly ChannelEvent[]): Promise<void> {
  await execute(
    db,
    sql`update device_presence p
        set server_id = null, session = null, last_contact_at = tideway_now()
        from (select device_id from device_presence
              where (device_id, session) in (
                select * from unnest(${ended.map((event) => event.deviceId)}::bigint[],
                                     ${ended.map((event) => event.session)}::text[]))
              order by device_id for update) mine
        where p.device_id = mine.device_id`,
  );
}

/**
 * Renews the lease of a server, for half a minute from now, and forgets those that are long over: until then they say when
 * the devices of a server that died were there last.
 */
export async function setLeaseRenewed(db: Db, serverId: string): Promise<void> {
  await execute(
    db,
    sql`with forgotten as (delete from server_lease where ends_at < tideway_now() - interval '1 year')
        insert into server_lease (id, ends_at) values (${serverId}, tideway_now() + interval '30 seconds')
        on conflict (id) do update set ends_at = excluded.ends_at`,
  );
}

/** Ends the lease of a server that stops. */
export async function setLeaseEnded(db: Db, serverId: string): Promise<void> {
  await execute(db, sql`delete from server_lease where id = ${serverId}`);
}
