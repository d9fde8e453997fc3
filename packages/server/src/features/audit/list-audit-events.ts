import type { AuditEventView } from '@tideway/protocol';
import { type RawBuilder, sql } from 'kysely';
import { type Db, rows } from '../../platform/database/database.ts';
import { patternOf } from '../../platform/database/pattern.rules.ts';
import { type IdPage, pageOfRows } from '../../platform/http/id-page.ts';

/** Whose events somebody may read; `projectIds` is null for all of the account's. */
export type AuditReader = { accountId: number; projectIds: number[] | null };

/** Narrows the audit log; what does not exist finds nothing. */
export type AuditFilter = {
  project_key?: string | undefined;
  actor?: string | undefined;
  /** What the action begins with, as `deployment.`. */
  action?: string | undefined;
  /** A part of the actor or the target. */
  search?: string | undefined;
};

/** The changes in an account, newest first; for who is limited to projects, those in these projects. */
export async function listAuditEvents(
  db: Db,
  { accountId, projectIds }: AuditReader,
  { after, limit, ...filter }: IdPage & AuditFilter,
): Promise<{ items: AuditEventView[]; next: string | null }> {
  const found = await rows<AuditEventRow>(
    db,
    sql`select e.id, e.at, e.actor, e.actor_token, e.address, e.action, e.target, p.key as project_key, e.before, e.after
        from audit_event e left join project p on p.id = e.project_id
        where e.account_id = ${accountId} and (${projectIds}::bigint[] is null or e.project_id = any(${projectIds}))
          and (${after ?? null}::bigint is null or e.id < ${after ?? null})
          ${sql.join(conditionsOf(filter), sql` `)}
        order by e.id desc limit ${limit + 1}`,
  );
  return pageOfRows(found, limit, showAuditEvent);
}

function conditionsOf({ project_key, actor, action, search }: AuditFilter): RawBuilder<unknown>[] {
  return [
    project_key === undefined ? sql`` : sql`and p.key = ${project_key}`,
    actor === undefined ? sql`` : sql`and e.actor = ${actor}`,
    action === undefined ? sql`` : sql`and starts_with(e.action, ${action})`,
    search === undefined ? sql`` : sql`and e.actor || ' ' || e.target ilike ${patternOf(search)}`,
  ];
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
