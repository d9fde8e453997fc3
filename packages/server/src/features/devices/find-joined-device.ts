import { sql } from 'kysely';
import { type Db, firstRow } from '../../platform/database/database.ts';

/** The internal id of the device that has this id and this key; null where there is none. */
export async function findJoinedDevice(db: Db, publicId: string, publicKey: string): Promise<number | null> {
  const found = await firstRow<{ id: number }>(
    db,
    sql`select id from device where public_key = ${publicKey} and public_id = ${publicId} and deleted_at is null`,
  );
  return found?.id ?? null;
}
