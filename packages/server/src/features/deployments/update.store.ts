import type { DeviceReport, UpdateStatus } from '@tideway/protocol';
import { sql } from 'kysely';
import { type Db, execute, firstRow } from '../../platform/database/database.ts';
import type { Tx } from '../../platform/database/transaction.ts';
import type { FinalStatus, StepStatus } from './report.rules.ts';

/** A device as its own door knows it: it reaches its own updates, and those in its project only. */
export type ReportingDevice = { id: number; project_id: number };

export type UpdateRow = {
  id: number;
  deployment_id: number;
  status: UpdateStatus;
  attempt: number;
  last_seq: number;
};

/** Locks the device's update that it knows by this id (its deployment's); null where it has none. */
export async function lockUpdate(tx: Tx, device: ReportingDevice, updateId: string): Promise<UpdateRow | null> {
  return firstRow<UpdateRow>(tx, sql`${selectUpdate(device, updateId)} for no key update of u`);
}

/** The device's update that it knows by this id (its deployment's); null where it has none. */
export async function findUpdate(db: Db, device: ReportingDevice, updateId: string): Promise<UpdateRow | null> {
  return firstRow<UpdateRow>(db, selectUpdate(device, updateId));
}

function selectUpdate(device: ReportingDevice, updateId: string) {
  return sql`select u.id, u.deployment_id, u.status, u.attempt, u.last_seq
             from deployment d join device_update u on u.deployment_id = d.id
             where d.project_id = ${device.project_id} and d.public_id = ${updateId} and u.device_id = ${device.id}`;
}

/** Notes the newest report that is booked of an update. */
export async function setReportBooked(tx: Tx, updateId: number, { attempt, seq }: DeviceReport): Promise<void> {
  await execute(tx, sql`update device_update set attempt = ${attempt}, last_seq = ${seq} where id = ${updateId}`);
}

/** Writes how a step went; a step that starts again is at its next try. */
export async function setStepStatus(
  tx: Tx,
  updateId: number,
  step: number,
  status: StepStatus,
  { attempt, exit_code: exitCode, message }: DeviceReport,
): Promise<void> {
  await execute(
    tx,
    sql`insert into update_step as s (update_id, attempt, step, status, exit_code, message, finished_at)
        values (${updateId}, ${attempt}, ${step}, ${status}, ${exitCode}, ${message},
                case when ${status} <> 'started' then tideway_now() end)
        on conflict (update_id, attempt, step) do update
        set status = excluded.status, exit_code = excluded.exit_code, message = excluded.message,
            finished_at = excluded.finished_at,
            tries = s.tries + case when excluded.status = 'started' then 1 else 0 end`,
  );
}

/** Ends an update with what the device says of it. */
export async function setUpdateResult(
  tx: Tx,
  updateId: number,
  status: FinalStatus,
  report: DeviceReport,
): Promise<void> {
  const reason = status === 'success' ? null : (report.reason ?? report.event);
  await execute(
    tx,
    sql`update device_update
        set status = ${status}, reason = ${reason}, message = ${report.message}, failed_step = ${report.step},
            exit_code = ${report.exit_code}, undone = ${JSON.stringify(report.undone)}::jsonb,
            finished_at = tideway_now()
        where id = ${updateId}`,
  );
}

/** Keeps what a device says of an update that has ended otherwise. */
export async function setLateResult(
  tx: Tx,
  updateId: number,
  status: FinalStatus,
  report: DeviceReport,
): Promise<void> {
  const { reason, message, step, exit_code, undone, device_time } = report;
  const said = JSON.stringify({ status, reason, message, step, exit_code, undone, device_time });
  await execute(
    tx,
    sql`update device_update set late_result = ${said}::jsonb || jsonb_build_object('at', tideway_now())
        where id = ${updateId}`,
  );
}
