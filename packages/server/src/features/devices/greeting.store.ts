import type { HelloMessage } from '@tideway/protocol';
import { sql } from 'kysely';
import { execute, oneRow } from '../../platform/database/database.ts';
import type { Tx } from '../../platform/database/transaction.ts';

export type GreetedDevice = {
  presented: string | null;
  successor: string | null;
  was_copied_lately: boolean;
  is_held: boolean;
  is_blocked: boolean;
  now: Date;
};

/** Locks a device for its hello, with what tells whether its state was copied: twice within an hour is too often. */
export async function lockGreetedDevice(tx: Tx, id: number): Promise<GreetedDevice> {
  return oneRow<GreetedDevice>(
    tx,
    sql`select session_presented as presented, session_successor as successor, held_at is not null as is_held,
               blocked_since is not null as is_blocked,
               coalesce(copy_noticed_at > tideway_now() - interval '1 hour', false) as was_copied_lately,
               tideway_now() as now
        from device where id = ${id} for no key update`,
  );
}

/** Keeps what a device says of itself, the value that it showed, and the one that it is given for the next time. */
export async function setDeviceGreeted(tx: Tx, id: number, hello: HelloMessage, successor: string): Promise<void> {
  await execute(
    tx,
    sql`update device
        set agent_version = ${hello.agent_version}, os = ${hello.os}, arch = ${hello.arch}, boot_id = ${hello.boot_id},
            capabilities = ${JSON.stringify(hello.capabilities)}::jsonb,
            attributes = ${JSON.stringify(hello.attributes)}::jsonb,
            reported_apps = ${JSON.stringify(hello.apps)}::jsonb,
            blocked_since = case when ${hello.block !== null} then coalesce(blocked_since, tideway_now()) end,
            blocked_reason = ${hello.block?.reason ?? null},
            session_presented = ${hello.session_value}, session_successor = ${successor}
        where id = ${id}`,
  );
}

/** Notes that the state of a device was restored or copied, and holds the device where that is too often. */
export async function setCopyNoticed(tx: Tx, id: number, holds: boolean): Promise<void> {
  await execute(
    tx,
    sql`update device set copy_noticed_at = tideway_now(),
                          held_at = case when ${holds} then coalesce(held_at, tideway_now()) else held_at end
        where id = ${id}`,
  );
}
