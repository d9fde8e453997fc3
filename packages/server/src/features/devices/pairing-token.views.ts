import type { PairingToken } from '@tideway/protocol';
import { sql } from 'kysely';
import { type Db, oneRow, rows } from '../../platform/database/database.ts';
import { type IdPage, pageOfRows } from '../../platform/http/id-page.ts';

/** A project's pairing tokens that are not revoked, oldest first. */
export async function listPairingTokens(
  db: Db,
  projectId: number,
  page: IdPage,
): Promise<{ items: PairingToken[]; next: string | null }> {
  const found = await rows<PairingTokenRow>(
    db,
    sql`${selectTokens} where t.project_id = ${projectId} and t.revoked_at is null and t.id > ${page.after ?? 0}
        order by t.id limit ${page.limit + 1}`,
  );
  return pageOfRows(found, page.limit, showPairingToken);
}

/** A pairing token that was just written. */
export async function readPairingToken(db: Db, projectId: number, publicId: string): Promise<PairingToken> {
  const row = await oneRow<PairingTokenRow>(
    db,
    sql`${selectTokens} where t.project_id = ${projectId} and t.public_id = ${publicId}`,
  );
  return showPairingToken(row);
}

const selectTokens = sql`
  select t.id, t.public_id, g.name as group_name, t.needs_approval, t.uses_left, t.created_at, t.expires_at
  from pairing_token t left join device_group g on g.id = t.group_id`;

type PairingTokenRow = {
  id: number;
  public_id: string;
  group_name: string | null;
  needs_approval: boolean;
  uses_left: number | null;
  created_at: Date;
  expires_at: Date | null;
};

function showPairingToken(row: PairingTokenRow): PairingToken {
  return {
    id: row.public_id,
    group: row.group_name,
    needs_approval: row.needs_approval,
    uses_left: row.uses_left,
    created_at: row.created_at.toISOString(),
    expires_at: row.expires_at?.toISOString() ?? null,
  };
}
