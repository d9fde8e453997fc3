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
    sql`select e.id, e.at, e.actor, e.actor_token, e.address, e.action, e.target, ${nameOfTarget} as target_name,
               p.key as project_key, e.before, e.after
        from audit_event e left join project p on p.id = e.project_id
        where e.account_id = ${accountId} and (${projectIds}::bigint[] is null or e.project_id = any(${projectIds}))
          and (${after ?? null}::bigint is null or e.id < ${after ?? null})
          ${sql.join(conditionsOf(filter), sql` `)}
        order by e.id desc limit ${limit + 1}`,
  );
  return pageOfRows(found, limit, showAuditEvent);
}

/**
 * What the target of the event `e` is called now, or else was when that was noted: its id may be another's by now. Of a
 * deployment neither its flow nor the version ever changes.
 */
const nameOfTarget = sql<string | null>`coalesce(
  case split_part(e.action, '.', 1)
    when 'device' then (
      select d.name from device d
      where d.project_id = e.project_id and d.public_id = e.target and d.deleted_at is null
        and d.created_at <= e.at)
    when 'flow' then (
      select f.name from flow f
      where f.project_id = e.project_id and f.public_id = e.target and f.deleted_at is null
        and f.created_at <= e.at)
    when 'deployment' then (
      select concat(v.document ->> 'name', ' v', v.number)
      from deployment o join flow_version v on v.id = o.flow_version_id
      where o.project_id = e.project_id and o.public_id = e.target)
  end,
  case when split_part(e.action, '.', 1) in ('device', 'flow', 'access_token')
       then coalesce(e.after ->> 'name', e.before ->> 'name') end)`;

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
  target_name: string | null;
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
    target_name: row.target_name,
    project_key: row.project_key,
    before: row.before,
    after: row.after,
  };
}
