import { sql } from 'kysely';
import { execute, firstRow } from '../../platform/database/database.ts';
import type { Tx } from '../../platform/database/transaction.ts';

export type NewPairingTokenRow = {
  projectId: number;
  publicId: string;
  hash: Buffer;
  groupId: number | null;
  needsApproval: boolean;
  uses: number | null;
  expiresAt: Date | null;
};

export async function insertPairingToken(tx: Tx, token: NewPairingTokenRow): Promise<void> {
  await execute(
    tx,
    sql`insert into pairing_token (project_id, public_id, token_hash, group_id, needs_approval, uses_left, expires_at)
        values (${token.projectId}, ${token.publicId}, ${token.hash}, ${token.groupId}, ${token.needsApproval},
                ${token.uses}, ${token.expiresAt})`,
  );
}

/** Revokes a pairing token of the project; false where there is none that is valid still. */
export async function setPairingTokenRevoked(tx: Tx, projectId: number, publicId: string): Promise<boolean> {
  const revoked = await firstRow(
    tx,
    sql`update pairing_token set revoked_at = tideway_now()
        where project_id = ${projectId} and public_id = ${publicId} and revoked_at is null returning id`,
  );
  return revoked !== null;
}
