import { sql } from 'kysely';
import { execute } from '../../platform/database/database.ts';
import type { Tx } from '../../platform/database/transaction.ts';

/** Who makes a change, and from where. */
export type Actor = {
  accountId: number;
  /** A user's email, `device d-…`, or `command line`. */
  actor: string;
  /** Public id of the access token, null where none was used. */
  tokenId: string | null;
  /** Network address; null on the command line. */
  address: string | null;
};

/** One change: `action` is `<thing>.<what happened>`, as `group.created`; `target` is an id or a name. */
export type AuditEvent = {
  action: string;
  target: string;
  projectId?: number;
  /** What there was and what there is, without secrets. */
  before?: unknown;
  after?: unknown;
};

/** Notes a change in the audit log, in the transaction that makes the change. */
export async function recordAuditEvent(tx: Tx, actor: Actor, event: AuditEvent): Promise<void> {
  await recordAuditEvents(tx, actor, event, [{ target: event.target, before: event.before }]);
}

/** Notes the same change of several things, each with what there was. */
export async function recordAuditEvents(
  tx: Tx,
  actor: Actor,
  event: Omit<AuditEvent, 'target' | 'before'>,
  targets: Pick<AuditEvent, 'target' | 'before'>[],
): Promise<void> {
  await execute(
    tx,
    sql`insert into audit_event (account_id, project_id, actor, actor_token, address, action, target, before, after)
        select ${actor.accountId}::bigint, ${event.projectId ?? null}::bigint, ${actor.actor}, ${actor.tokenId}, ${actor.address},
               ${event.action}, target, before, ${asJson(event.after)}::jsonb
        from unnest(${targets.map(({ target }) => target)}::text[],
                    ${targets.map(({ before }) => asJson(before))}::jsonb[]) as t (target, before)`,
  );
}

function asJson(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value);
}
