import { publicId } from '@tideway/protocol';
import { sql } from 'kysely';
import { type Db, execute, oneRow } from '../../platform/database/database.ts';
import type { Installation } from '../../platform/deps.ts';

/** What this installation is known by and signs with: made at the first start, the same ever after. */
export async function createInstallation(db: Db, randomBytes: (count: number) => Uint8Array): Promise<Installation> {
  // Two servers may start at once: the first row stands, and both read it.
  await execute(
    db,
    sql`insert into installation (public_id, ticket_key, secrets_key)
        values (${publicId('in', randomBytes(8))}, ${Buffer.from(randomBytes(32))}, ${Buffer.from(randomBytes(32))})
        on conflict do nothing`,
  );
  const row = await oneRow<InstallationRow>(db, sql`select public_id, ticket_key, secrets_key from installation`);
  return { publicId: row.public_id, ticketKey: row.ticket_key, secretsKey: row.secrets_key };
}

type InstallationRow = { public_id: string; ticket_key: Buffer; secrets_key: Buffer };
