import type { StoppingMessage } from '@tideway/protocol';
import { sql } from 'kysely';
import { type Db, execute } from '../../platform/database/database.ts';

/** What passes between the end of an act and the device's next word. */
const graceS = 60;

/**
 * Notes until when a device that was told to stop is in an act that is not broken off. It counts while the device is
 * online, and never beyond the time limit of the update. Anything else that it is said about changes nothing.
 */
export async function notePendingStop(db: Db, deviceId: number, said: StoppingMessage): Promise<void> {
  await execute(
    db,
    sql`update device_update u
        set stopping_until = least(tideway_now() + make_interval(secs => ${said.ends_in_s + graceS}), u.ends_at)
        from deployment p
        where p.public_id = ${said.update_id} and u.deployment_id = p.id and u.device_id = ${deviceId}
          and u.status = 'in_progress' and u.attempt = ${said.attempt} and u.abort_requested_at is not null`,
  );
}
