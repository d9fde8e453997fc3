import type { Gate, UpdateDetails, Why } from '@tideway/protocol';
import type { Db } from '../../platform/database/database.ts';
import type { Deps } from '../../platform/deps.ts';
import { Refusal } from '../../platform/refusal.ts';
import { type AskedDevice, findAskedDevice, findFirstOpen, readPendingFacts } from './gate-facts.views.ts';
import { gatesOfDevice, gatesOfUpdate, gatesOfWork } from './gates.rules.ts';
import { readUpdate } from './update.views.ts';

type ExplainDeps = Pick<Deps, 'db'>;

/** Why a device is not updating: of the update that it is at, or comes to next. Refuses with `not_found`. */
export async function explainDevice({ db }: ExplainDeps, projectId: number, deviceId: string): Promise<Why> {
  const device = await findAskedDevice(db, projectId, deviceId);
  if (device === null) throw new Refusal('not_found', `There is no device ${deviceId} in this project`);
  const update = await findFirstOpen(db, device.id);
  if (update !== null) return explain(db, projectId, device, update.deployment_id);
  const gates = gatesOfDevice(device);
  return { device: named(device), update, message: `No update waits for this device${but(gates)}`, gates };
}

/** Why one update is where it is. Refuses with `not_found`. */
export async function explainUpdate(
  { db }: ExplainDeps,
  projectId: number,
  deploymentId: string,
  deviceId: string,
): Promise<Why> {
  const device = await findAskedDevice(db, projectId, deviceId);
  if (device !== null) return explain(db, projectId, device, deploymentId);
  const { device: deleted, ...update } = await readUpdate(db, projectId, deploymentId, deviceId);
  return {
    device: deleted,
    update: { deployment_id: deploymentId, status: update.status },
    message: ended(update),
    gates: [],
  };
}

async function explain(db: Db, projectId: number, device: AskedDevice, deploymentId: string): Promise<Why> {
  const update = await readUpdate(db, projectId, deploymentId, device.public_id);
  const about = { device: named(device), update: { deployment_id: deploymentId, status: update.status } };
  if (update.status === 'in_progress') {
    const gates = gatesOfWork(device);
    const lost = gates.map((gate) => ` ${gate.message}.`).join('');
    return { ...about, message: `${atWork(update)}${lost}`, gates };
  }
  if (update.status !== 'pending') return { ...about, message: ended(update), gates: [] };
  const gates = gatesOfUpdate(device, await readPendingFacts(db, device.id, deploymentId));
  return { ...about, message: waiting(gates), gates };
}

function waiting(gates: Gate[]): string {
  const holding = gates.filter((gate) => gate.holds).map((gate) => gate.message);
  if (holding.length > 0) return `${holding.join('. ')}.`;
  const asksAt = gates.find((gate) => gate.tried_next_at !== null)?.tried_next_at;
  return `Nothing holds it back: the device takes it up when it next asks${asksAt ? `, at about ${asksAt}` : ''}.`;
}

function but(gates: Gate[]): string {
  const holding = gates.filter((gate) => gate.holds).map((gate) => gate.message);
  return holding.length === 0 ? '.' : `; one would wait. ${holding.join('. ')}.`;
}

function atWork({ taken_up_at, abort_requested_at, steps }: UpdateDetails): string {
  const index = steps.findLastIndex((step) => step.status !== 'waiting');
  const step = steps[index];
  const where = step === undefined ? '' : `; step ${index + 1} of ${steps.length}, ${step.name}: ${step.status}`;
  const stopping = abort_requested_at === null ? '' : `. It is asked to stop since ${abort_requested_at}`;
  return `The device has been at it since ${taken_up_at}${where}${stopping}.`;
}

function ended({ status, finished_at, reason, message }: Omit<UpdateDetails, 'device'>): string {
  const why = [reason, message].filter((part) => part !== null).join(': ');
  return `It ended as ${status} at ${finished_at}${why === '' ? '' : `: ${why}`}`;
}

function named({ public_id, name }: AskedDevice): Why['device'] {
  return { id: public_id, name };
}
