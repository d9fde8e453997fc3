import type { DeviceReport } from '@tideway/protocol';
import { sql } from 'kysely';
import { type Db, execute, firstRow, rows } from '../../platform/database/database.ts';
import type { Tx } from '../../platform/database/transaction.ts';
import type { Booking, ReportedUpdate } from './report.rules.ts';

/** A device as its own door knows it: it reaches its own updates, and those in its project only. */
export type ReportingDevice = { id: number; project_id: number };

/** A report and who says it. */
export type Said = { device: ReportingDevice; report: DeviceReport };

export type UpdateRow = ReportedUpdate & { deployment_id: number; device_id: number };

/** An update that nobody else changes, and the deployments of older pending updates that its success ends. */
export type LockedUpdate = UpdateRow & { overtakes: number[] };

/** A report with what it changes. */
export type Booked<Change extends Booking = Booking> = { update: LockedUpdate; report: DeviceReport; booking: Change };

/** The device's update that it knows by this id (its deployment's); null where it has none. */
export async function findUpdate(db: Db, device: ReportingDevice, updateId: string): Promise<UpdateRow | null> {
  return firstRow<UpdateRow>(
    db,
    sql`select ${updateColumns} from deployment d join device_update u on u.deployment_id = d.id
        where d.project_id = ${device.project_id} and d.public_id = ${updateId} and u.device_id = ${device.id}`,
  );
}

/**
 * Locks the updates that reports are about, by the internal id of their device; with each also what a success of it
 * would overtake. Nobody is waited for: an update is `held` where somebody else has it or one of those. What does not
 * exist is left out.
 */
export async function lockReportedUpdates(tx: Tx, said: readonly Said[]): Promise<Map<number, LockedUpdate | 'held'>> {
  if (said.length === 0) return new Map();
  const wanted = await rows<UpdateRow & { is_reported: boolean; is_locked: boolean }>(
    tx,
    // The older ones are looked up device by device: as a join, the planner would read all that is open while it does
    // not yet know how much a new order has brought.
    sql`with reported as (
          select u.deployment_id, u.device_id, s.succeeds
          from unnest(${said.map(({ device }) => device.id)}::bigint[],
                      ${said.map(({ device }) => device.project_id)}::bigint[],
                      ${said.map(({ report }) => report.update_id)}::text[],
                      ${said.map(({ report }) => report.event === 'succeeded')}::boolean[])
               as s (device_id, project_id, update_id, succeeds)
          join deployment d on d.project_id = s.project_id and d.public_id = s.update_id
          join device_update u on u.deployment_id = d.id and u.device_id = s.device_id
        ), wanted as (
          select deployment_id, device_id, true as is_reported from reported
          union all
          select o.deployment_id, r.device_id, false
          from reported r cross join lateral (
            select u.deployment_id from device_update u
            join deployment older on older.id = u.deployment_id
            join deployment this on this.id = r.deployment_id and this.app_id = older.app_id
            where u.device_id = r.device_id and u.deployment_id < r.deployment_id and u.status = 'pending' offset 0) o
          where r.succeeds
        ), locked as (
          select ${updateColumns} from wanted join device_update u using (deployment_id, device_id)
          order by u.device_id, u.deployment_id for no key update of u skip locked
        )
        select w.deployment_id, w.device_id, w.is_reported, l.status, l.attempt, l.last_seq, l.is_timed_out,
               l.status is not null as is_locked
        from wanted w left join locked l using (deployment_id, device_id)
        order by w.is_reported desc`,
  );
  const locked = new Map<number, LockedUpdate | 'held'>();
  for (const { is_reported, is_locked, ...update } of wanted) {
    const before = locked.get(update.device_id);
    if (!is_locked) locked.set(update.device_id, 'held');
    else if (is_reported) locked.set(update.device_id, { ...update, overtakes: [] });
    else if (before !== 'held' && update.status === 'pending') before?.overtakes.push(update.deployment_id);
  }
  return locked;
}

/** Notes the newest reports that are booked of updates; a result notes its own. */
export async function setReportsBooked(tx: Tx, booked: readonly Booked[]): Promise<void> {
  if (booked.length === 0) return;
  await execute(
    tx,
    sql`update device_update u set attempt = b.attempt, last_seq = b.seq
        from ${recordset(booked, ({ report: { attempt, seq } }) => ({ attempt, seq }), sql`attempt integer, seq integer`)}
        where u.deployment_id = b.deployment_id and u.device_id = b.device_id`,
  );
}

/** Writes how steps went; a step that starts again is at its next try. */
export async function setStepStatuses(tx: Tx, booked: readonly Booked<Kind<'step'>>[]): Promise<void> {
  const ofSteps = booked.filter(({ report }) => report.step !== null);
  if (ofSteps.length === 0) return;
  const columns = sql`attempt integer, step integer, status text, exit_code integer, message text`;
  const valuesOf = ({ booking, report: { attempt, step, exit_code, message } }: Booked<Kind<'step'>>) => ({
    ...{ attempt, step, exit_code, message },
    status: booking.status,
  });
  await execute(
    tx,
    sql`insert into update_step as s (deployment_id, device_id, attempt, step, status, exit_code, message, finished_at)
        select b.deployment_id, b.device_id, b.attempt, b.step, b.status, b.exit_code, b.message,
               case when b.status <> 'started' then tideway_now() end
        from ${recordset(ofSteps, valuesOf, columns)}
        on conflict (deployment_id, device_id, attempt, step) do update
        set status = excluded.status, exit_code = excluded.exit_code, message = excluded.message,
            finished_at = excluded.finished_at,
            tries = s.tries + case when excluded.status = 'started' then 1 else 0 end`,
  );
}

/** Ends updates with what their devices say of them. */
export async function setUpdateResults(tx: Tx, booked: readonly Booked<Kind<'result'>>[]): Promise<void> {
  if (booked.length === 0) return;
  const columns = sql`status text, reason text, message text, step integer, exit_code integer, undone jsonb,
                      attempt integer, seq integer`;
  const valuesOf = ({ booking: { status }, report }: Booked<Kind<'result'>>) => {
    const { message, step, exit_code, undone, attempt, seq } = report;
    const reason = status === 'success' ? null : (report.reason ?? report.event);
    return { status, reason, message, step, exit_code, undone, attempt, seq };
  };
  await execute(
    tx,
    sql`update device_update u
        set status = b.status,
            reason = case when b.status = 'aborted' and u.abort_requested_by is not null then 'by_person' else b.reason end,
            message = case when b.status = 'aborted' and u.abort_requested_by is not null
                           then concat_ws('. ', 'Aborted by ' || u.abort_requested_by, b.message) else b.message end,
            failed_step = b.step, exit_code = b.exit_code,
            undone = b.undone, attempt = b.attempt, last_seq = b.seq, finished_at = tideway_now()
        from ${recordset(booked, valuesOf, columns)}
        where u.deployment_id = b.deployment_id and u.device_id = b.device_id`,
  );
}

/** Keeps what devices say of updates that have ended otherwise. */
export async function setLateResults(tx: Tx, booked: readonly Booked<Kind<'late_result'>>[]): Promise<void> {
  if (booked.length === 0) return;
  const valuesOf = ({ booking: { status }, report }: Booked<Kind<'late_result'>>) => ({
    said: { status, ...late(report) },
  });
  await execute(
    tx,
    sql`update device_update u set late_result = b.said || jsonb_build_object('at', tideway_now())
        from ${recordset(booked, valuesOf, sql`said jsonb`)}
        where u.deployment_id = b.deployment_id and u.device_id = b.device_id`,
  );
}

function late({ reason, message, step, exit_code, undone, device_time }: DeviceReport) {
  return { reason, message, step, exit_code, undone, device_time };
}

type Kind<Name extends Booking['kind']> = Extract<Booking, { kind: Name }>;

const updateColumns = sql`u.deployment_id, u.device_id, u.status, u.attempt, u.last_seq,
                          coalesce(u.reason = 'timed_out', false) as is_timed_out`;

/** What is booked as the rows `b` of a statement: the update's name, and the columns that are given. */
function recordset<One extends Booked>(
  booked: readonly One[],
  valuesOf: (one: One) => Record<string, unknown>,
  columns: ReturnType<typeof sql>,
) {
  const values = booked.map((one) => {
    const { deployment_id, device_id } = one.update;
    return { deployment_id, device_id, ...valuesOf(one) };
  });
  return sql`jsonb_to_recordset(${JSON.stringify(values)}::jsonb) as b (deployment_id bigint, device_id bigint, ${columns})`;
}
