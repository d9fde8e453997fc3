import type { DeviceReport, UpdateStatus } from '@tideway/protocol';
import { again } from '../../platform/batch/again.ts';
import type { BatchWork } from '../../platform/batch/batches.ts';
import { inTransaction, type Tx } from '../../platform/database/transaction.ts';
import type { Deps } from '../../platform/deps.ts';
import { bookSuccesses } from './book-successes.ts';
import { countChanges, type StatusChange } from './deployment-count.store.ts';
import { type Booking, bookingOf } from './report.rules.ts';
import { lockSucceedingDevices } from './success.store.ts';
import {
  type Booked,
  lockReportedUpdates,
  type ReportingDevice,
  type Said,
  setLateResults,
  setReportsBooked,
  setStepStatuses,
  setUpdateResults,
} from './update.store.ts';

/**
 * Books what a device says about its update and answers with the status that stands, or `unknown` where the device has
 * no such update. Safe to repeat, in any order.
 */
export async function recordReport(
  { batches }: Pick<Deps, 'batches'>,
  device: ReportingDevice,
  report: DeviceReport,
): Promise<UpdateStatus | 'unknown'> {
  return batches.run(reports, { device, report });
}

const reports: BatchWork<Pick<Deps, 'db' | 'metrics' | 'changes'>, Said, UpdateStatus | 'unknown'> = {
  name: 'reports',
  keyOf: ({ device }) => device.id,
  run: ({ db, metrics, changes }, said) =>
    inTransaction(db, (tx, onCommit) =>
      bookReports(tx, said, (booked, ended) => {
        onCommit(() => metrics.updatesEnded(ended));
        onCommit(() => {
          for (const { update } of booked) changes.tell(update.deployment_id, [update.device_id]);
        });
      }),
    ),
};

async function bookReports(
  tx: Tx,
  said: readonly Said[],
  onBooked: (booked: Booked[], ended: StatusChange[]) => void,
): Promise<(UpdateStatus | 'unknown' | typeof again)[]> {
  const succeeding = said.filter(({ report }) => report.event === 'succeeded').map(({ device }) => device.id);
  const heldDevices = await lockSucceedingDevices(tx, succeeding);
  const free = said.filter(({ device }) => !heldDevices.has(device.id));
  const updates = await lockReportedUpdates(tx, free);

  const booked: Booked[] = [];
  const answers = said.map(({ device, report }) => {
    const update = heldDevices.has(device.id) ? 'held' : updates.get(device.id);
    if (update === undefined) return 'unknown';
    if (update === 'held') return again;
    const booking = bookingOf(update, report);
    if (booking.kind !== 'nothing') booked.push({ update, report, booking });
    return booking.kind === 'result' ? booking.status : update.status;
  });
  onBooked(booked, await writeBookings(tx, booked));
  return answers;
}

/** Gives the updates that ended. */
async function writeBookings(tx: Tx, booked: Booked[]): Promise<StatusChange[]> {
  if (booked.length === 0) return [];
  const steps = booked.filter(isOf('step'));
  const results = booked.filter(isOf('result'));
  const late = booked.filter(isOf('late_result'));
  await setReportsBooked(tx, [...steps, ...late]);
  await setStepStatuses(tx, steps);
  await setUpdateResults(tx, results);
  await setLateResults(tx, late);
  const successes = [...results, ...late].filter(({ booking }) => booking.status === 'success');
  const overtaken = await bookSuccesses(
    tx,
    successes.map(({ update, booking }) => ({ ...update, isLate: booking.kind === 'late_result' })),
  );
  const reported = results.map(({ update, booking }) => ({
    deploymentId: update.deployment_id,
    from: update.status,
    to: booking.status,
  }));
  const ended = [...reported, ...overtaken];
  await countChanges(tx, ended);
  return ended;
}

function isOf<Kind extends Booking['kind']>(kind: Kind) {
  return (booked: Booked): booked is Booked<Extract<Booking, { kind: Kind }>> => booked.booking.kind === kind;
}
