import { sql } from 'kysely';
import { type Db, execute, firstRow } from '../../platform/database/database.ts';
import { Refusal } from '../../platform/refusal.ts';
import type { PollIntervals } from './poll-intervals.rules.ts';

/** A device that has proved itself: with this key, which it has as long as nobody takes it away. */
export type ProvenDevice = { id: number; publicKey: string };

/** What is known of a device that has just been in contact. */
export type ContactedDevice = {
  id: number;
  public_id: string;
  project_id: number;
  account_id: number;
  is_at_work: boolean;
};

/**
 * Notes that a device is here: it is online until three of the intervals that it is told have passed, and a minute.
 * Refuses one that was deleted, or whose key was taken away, since it proved itself.
 */
export async function noteContact(db: Db, device: ProvenDevice, told: PollIntervals): Promise<ContactedDevice> {
  const contacted = await firstRow<ContactedDevice>(
    db,
    sql`with contacted as (
          select d.id, d.public_id, d.project_id, p.account_id,
                 exists (select from device_update u
                         where u.device_id = d.id and u.status = 'in_progress') as is_at_work
          from device d join project p on p.id = d.project_id
          where d.id = ${device.id} and d.public_key = ${device.publicKey} and d.deleted_at is null
        ), noted as (
          insert into device_presence (device_id, last_contact_at, online_until)
          select id, tideway_now(), tideway_now() + make_interval(
                   secs => 60 + 3 * case when is_at_work then ${told.atWorkS}::float8 else ${told.idleS}::float8 end)
          from contacted
          on conflict (device_id) do update
          set last_contact_at = excluded.last_contact_at, online_until = excluded.online_until
        )
        select * from contacted`,
  );
  if (contacted === null) throw new Refusal('invalid_token', 'This device was deleted, or has another key now');
  return contacted;
}

/** Notes that a device goes offline on purpose. */
export async function noteGoodbye(db: Db, deviceId: number): Promise<void> {
  await execute(
    db,
    sql`update device_presence set online_until = least(online_until, tideway_now()) where device_id = ${deviceId}`,
  );
}
