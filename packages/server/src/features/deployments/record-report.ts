import type { DeviceReport, UpdateStatus } from '@tideway/protocol';
import { inTransaction, type Tx } from '../../platform/database/transaction.ts';
import type { Deps } from '../../platform/deps.ts';
import { bookSuccess } from './book-success.ts';
import { countChanges } from './deployment-count.store.ts';
import { bookingOf, type FinalStatus } from './report.rules.ts';
import { lockSucceedingDevice } from './success.store.ts';
import {
  lockUpdate,
  type ReportingDevice,
  setLateResult,
  setReportBooked,
  setStepStatus,
  setUpdateResult,
  type UpdateRow,
} from './update.store.ts';

/**
 * Books what a device says about its update and answers with the status that stands, or `unknown` where the device has
 * no such update. Safe to repeat, in any order.
 */
export async function recordReport(
  { db }: Pick<Deps, 'db'>,
  device: ReportingDevice,
  report: DeviceReport,
): Promise<UpdateStatus | 'unknown'> {
  return inTransaction(db, async (tx) => {
    if (report.event === 'succeeded') await lockSucceedingDevice(tx, device.id);
    const update = await lockUpdate(tx, device, report.update_id);
    if (update === null) return 'unknown';

    const booking = bookingOf(update, report);
    if (booking.kind === 'nothing') return update.status;
    await setReportBooked(tx, update.id, report);
    switch (booking.kind) {
      case 'step':
        if (report.step !== null) await setStepStatus(tx, update.id, report.step, booking.status, report);
        return update.status;
      case 'result':
        await bookResult(tx, device, update, booking.status, report);
        return booking.status;
      case 'late_result':
        await bookLateResult(tx, device, update, booking.status, report);
        return update.status;
    }
  });
}

async function bookResult(
  tx: Tx,
  device: ReportingDevice,
  update: UpdateRow,
  status: FinalStatus,
  report: DeviceReport,
): Promise<void> {
  const deploymentId = update.deployment_id;
  await setUpdateResult(tx, update.id, status, report);
  const overtaken = status === 'success' ? await bookSuccess(tx, device.id, deploymentId, { isLate: false }) : [];
  await countChanges(tx, [{ deploymentId, from: update.status, to: status }, ...overtaken]);
}

async function bookLateResult(
  tx: Tx,
  device: ReportingDevice,
  update: UpdateRow,
  status: FinalStatus,
  report: DeviceReport,
): Promise<void> {
  await setLateResult(tx, update.id, status, report);
  if (status !== 'success') return;
  await countChanges(tx, await bookSuccess(tx, device.id, update.deployment_id, { isLate: true }));
}
