import type { AuditEventView } from '@tideway/protocol';
import { sql } from 'kysely';
import { type Db, rows } from '../../platform/database/database.ts';
import { type IdPage, pageOfRows } from '../../platform/http/id-page.ts';

/** Whose events somebody may read; `projectIds` is null for all of the account's. */
export type AuditReader = { accountId: number; projectIds: number[] | null };

/** The changes in an account, newest first; for who is limited to projects, those in these projects. */
export async function listAuditEvents(
  db: Db,
  { accountId, projectIds }: AuditReader,
  page: IdPage,
): Promise<{ items: AuditEventView[]; next: string | null }> {
  const found = await rows<AuditEventRow>(
    db,
    sql`select e.id, e.at, e.actor, e.actor_token, e.address, e.action, e.target, p.key as project_key, e.before, e.after
        from audit_event e left join project p on p.id = e.project_id
        where e.account_id = ${accountId} and (${projectIds}::bigint[] is null or e.project_id = any(${projectIds}))
          and (${page.after ?? null}::bigint is null or e.id < ${page.after ?? null})
        order by e.id desc limit ${page.limit + 1}`,
  );
  return pageOfRows(found, page.limit, showAuditEvent);
}

type AuditEventRow = {
  id: number;
  at: Date;
  actor: string;
  actor_token: string | null;
  address: string | null;
  action: string;
  target: string;
  project_key: string | null;
  before: unknown;
  after: unknown;
};

function showAuditEvent(row: AuditEventRow): AuditEventView {
  return {
    id: String(row.id),
    at: row.at.toISOString(),
    actor: row.actor,
    access_token_id: row.actor_token,
    address: row.address,
    action: row.action,
    target: row.target,
    project_key: row.project_key,
    before: row.before,
    after: row.after,
  };
}
