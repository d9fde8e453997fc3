import { sql } from 'kysely';
import type { BatchWork } from '../../platform/batch/batches.ts';
import { type Db, execute, rows } from '../../platform/database/database.ts';
import type { Deps } from '../../platform/deps.ts';
import { Refusal } from '../../platform/refusal.ts';
import type { PollIntervals } from './poll-intervals.rules.ts';

/** A device that has proved itself, in this session: it counts until the device opens another one, or loses its key. */
export type ProvenDevice = { id: number; session: number };

/** What is known of a device that has just been in contact. */
export type ContactedDevice = {
  id: number;
  public_id: string;
  project_id: number;
  account_id: number;
  is_at_work: boolean;
  /** Whether any of its updates is pending or in progress. */
  has_open: boolean;
  /** The deployment whose update the device is to stop; null where there is none. */
  to_abort: string | null;
};

/**
 * Notes that a device is here: it is online until three of the intervals that it is told have passed, and a minute.
 * Refuses one that was deleted since it proved itself, or whose session has ended.
 * @param told null over an open channel, which makes it online by itself
 */
export async function noteContact(
  { batches }: Pick<Deps, 'batches'>,
  device: ProvenDevice,
  told: PollIntervals | null,
): Promise<ContactedDevice> {
  const contacted = await batches.run(contacts, { device, told });
  if (contacted === null) throw new Refusal('invalid_token', 'This device was deleted, or its session has ended');
  return contacted;
}

type Contact = { device: ProvenDevice; told: PollIntervals | null };

const contacts: BatchWork<Pick<Deps, 'db'>, Contact, ContactedDevice | null> = {
  name: 'contacts',
  keyOf: ({ device }) => device.id,
  run: async ({ db }, items) => {
    const found = await rows<ContactedDevice & { place: number }>(
      db,
      // Devices say several things at once: that one is here is written once in a second, unless its end moves by more than 3.
      sql`with asked as (
            select * from unnest(${items.map(({ device }) => device.id)}::bigint[],
                                 ${items.map(({ device }) => device.session)}::bigint[],
                                 ${items.map(({ told }) => told?.idleS ?? null)}::float8[],
                                 ${items.map(({ told }) => told?.atWorkS ?? null)}::float8[])
                   with ordinality as a (device_id, session, idle_s, at_work_s, place)
          ), contacted as (
            select d.id, d.public_id, d.project_id, p.account_id, a.place,
                   coalesce(o.is_at_work, false) as is_at_work, o.is_at_work is not null as has_open,
                   (select public_id from deployment where id = o.to_abort) as to_abort,
                   case when o.is_at_work then a.at_work_s else a.idle_s end as told_s
            from asked a join device d on d.id = a.device_id and d.session_number = a.session and d.deleted_at is null
            join project p on p.id = d.project_id
            cross join lateral (select bool_or(u.status = 'in_progress') as is_at_work,
                                       max(u.deployment_id) filter (where u.abort_requested_at is not null) as to_abort
                                from device_update u
                                where u.device_id = d.id and u.status in ('pending', 'in_progress')) o
          ), noted as (
            insert into device_presence (device_id, last_contact_at, online_until)
            select id, tideway_now(), ends_at
            from contacted cross join lateral (select tideway_now() + make_interval(secs => 60 + 3 * told_s) as ends_at) n
            where told_s is not null and not exists (
              select from device_presence where device_id = id and last_contact_at > tideway_now() - interval '1 s'
              and online_until between ends_at - interval '3 s' and ends_at + interval '3 s' offset 0)
            order by id
            on conflict (device_id) do update
            set last_contact_at = excluded.last_contact_at, online_until = excluded.online_until
          )
          select id, public_id, project_id, account_id, is_at_work, has_open, to_abort, place from contacted`,
    );
    const contacted: (ContactedDevice | null)[] = items.map(() => null);
    for (const device of found) contacted[device.place - 1] = device;
    return contacted;
  },
};

/** Notes that a device goes offline on purpose. */
export async function noteGoodbye(db: Db, deviceId: number): Promise<void> {
  await execute(
    db,
    sql`update device_presence set online_until = least(online_until, tideway_now()) where device_id = ${deviceId}`,
  );
}
