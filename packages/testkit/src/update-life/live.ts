import type { UpdateStatus } from '@tideway/protocol';
import {
  type DeploymentLife,
  isFinal,
  type Life,
  newUpdate,
  type Operation,
  type ReportedEvent,
  type Told,
  type UpdateLife,
} from './life.ts';

/** What an operation leaves, and what the caller is told. */
export type Lived = { life: Life; told: Told };

/**
 * What an operation does by the words of the promises, in plain TypeScript: the model that the servers are held against.
 */
export function live(before: Life, operation: Operation): Lived {
  const life = structuredClone(before);
  return settled(life, doIt(life, operation));
}

/** The same for what a device says that was let in just before it was deleted: it is answered as any other. */
export function liveLetIn(before: Life, operation: Operation & { device: number }): Lived {
  const life = structuredClone(before);
  const device = deviceOf(life, operation.device);
  device.isDeleted = false;
  const told = doIt(life, operation);
  if (deviceOf(before, operation.device).isDeleted) Object.assign(device, { isDeleted: true, version: null });
  return settled(life, told);
}

function settled(life: Life, told: Told): Lived {
  for (const deployment of life.deployments) settle(deployment);
  return { life, told };
}

/** What the servers do by themselves some time later: end what is pending where too many have failed. */
export function tidy(before: Life): Life {
  const life = structuredClone(before);
  for (const deployment of life.deployments) {
    if (deployment.isLimitReached) endPending(deployment, 'failure_limit');
    settle(deployment);
  }
  return life;
}

function doIt(life: Life, operation: Operation): Told {
  switch (operation.kind) {
    case 'order':
      return order(life, operation);
    case 'ask':
      return ask(life, operation.device);
    case 'report':
      return report(life, operation);
    case 'abort':
      return abort(deploymentOf(life, operation.deployment), operation.device);
    case 'pause':
    case 'resume':
      return pause(deploymentOf(life, operation.deployment), operation.kind === 'pause');
    case 'retry':
      return retry(life, operation.deployment);
    case 'age':
      return age(deploymentOf(life, operation.deployment));
    case 'delete':
      return deleteDevice(life, operation.device);
    case 'restore':
    case 'greet':
      return greet(life, operation.device, operation.kind === 'restore');
    case 'approve':
    case 'trigger':
      return changeDevice(life, operation);
  }
}

function order(life: Life, { devices, version, supersede, expires, maxFailures }: Operation & { kind: 'order' }): Told {
  if (supersede === 'same_app' && version === null) return 'invalid_request';
  if (devices.some((device) => life.devices[device]?.isDeleted)) return 'unknown_device';
  for (const older of life.deployments) {
    if (supersede === 'none' || (supersede === 'same_app' && older.version === null)) continue;
    for (const device of devices) end(older.updates[device], 'pending', 'aborted', 'superseded');
  }
  life.deployments.push({
    ...{ version, expires, maxFailures, isPaused: false, isLimitReached: false, isFinished: false },
    updates: Object.fromEntries(devices.map((device) => [device, newUpdate()])),
  });
  return devices.length;
}

function ask(life: Life, device: number): Told {
  const { isDeleted, isHeld, isTriggerOn } = deviceOf(life, device);
  if (isDeleted) return 'invalid_token';
  const working = life.deployments.findIndex(({ updates }) => updates[device]?.status === 'in_progress');
  if (isHeld) return null;
  if (working !== -1) return working;
  const next = life.deployments.findIndex(
    ({ updates, isPaused, isLimitReached }) => updates[device]?.status === 'pending' && !isPaused && !isLimitReached,
  );
  const update = life.deployments[next]?.updates[device];
  if (update === undefined || isTriggerOn) return null;
  update.status = 'in_progress';
  update.wasTakenUp = true;
  return next;
}

const statusAfter: Partial<Record<ReportedEvent, UpdateStatus>> = {
  succeeded: 'success',
  failed: 'failed',
  stopped: 'aborted',
};

function report(life: Life, { device, deployment, event, attempt, seq }: Operation & { kind: 'report' }): Told {
  if (deviceOf(life, device).isDeleted) return 'invalid_token';
  const update = life.deployments[deployment]?.updates[device];
  if (update === undefined) return 'unknown';
  const isOld = attempt < update.attempt || (attempt === update.attempt && seq <= update.lastSeq);
  if (update.status === 'pending' || isOld) return update.status;
  const status = statusAfter[event];
  const isLate = isFinal(update.status);
  if (isLate && status === update.status && !isFirstWord(update, event)) return update.status;
  update.attempt = attempt;
  update.lastSeq = seq;
  if (status === undefined) return update.status;
  if (isLate) update.lateStatus = status;
  else end(update, 'in_progress', status, reasonOf(update, event));
  if (status === 'success') succeed(life, device, deployment, isLate);
  return update.status;
}

/** What failed or was undone is known from the device alone, where the server did not wait for it. */
function isFirstWord({ reason }: UpdateLife, event: ReportedEvent): boolean {
  return event === 'stopped' || (event === 'failed' && reason === 'timed_out');
}

function reasonOf({ isAbortRequested }: UpdateLife, event: ReportedEvent): string | null {
  if (event === 'succeeded') return null;
  return event === 'stopped' && isAbortRequested ? 'by_person' : event;
}

/** A success sets the version and overtakes what is older, unless it comes late and something newer was taken up. */
function succeed(life: Life, device: number, index: number, isLate: boolean): void {
  const { version } = deploymentOf(life, index);
  if (version === null) return;
  const newer = life.deployments.slice(index + 1);
  if (isLate && newer.some((one) => one.version !== null && one.updates[device]?.wasTakenUp)) return;
  deviceOf(life, device).version = version;
  for (const older of life.deployments.slice(0, index)) {
    if (older.version !== null) end(older.updates[device], 'pending', 'aborted', 'overtaken');
  }
}

function abort({ isFinished, updates }: DeploymentLife, device: number | null): Told {
  const update = device === null ? undefined : updates[device];
  if (device !== null && update === undefined) return 'not_found';
  if (isFinished || (update !== undefined && isFinal(update.status))) return 'wrong_state';
  for (const one of update === undefined ? Object.values(updates) : [update]) {
    if (!isFinal(one.status)) one.isAbortRequested = true;
    end(one, 'pending', 'aborted', 'by_person');
  }
  return 'aborted';
}

function pause(deployment: DeploymentLife, isToPause: boolean): Told {
  if (deployment.isFinished) return 'wrong_state';
  deployment.isPaused = isToPause;
  return 'done';
}

function retry(life: Life, index: number): Told {
  const origin = deploymentOf(life, index);
  const devices = Object.entries(origin.updates)
    .filter(([, { status, reason }]) => status === 'failed' || (status === 'aborted' && !isReplaced(reason)))
    .map(([device]) => Number(device))
    .filter((device) => !deviceOf(life, device).isDeleted)
    .filter((device) => !hasNewer(life, device, index));
  if (devices.length === 0) return 'no_devices_matched';
  const { version } = origin;
  return order(life, { kind: 'order', devices, version, supersede: 'none', expires: false, maxFailures: null });
}

function hasNewer({ deployments }: Life, device: number, index: number): boolean {
  if (deployments[index]?.version === null) return false;
  const newer = deployments.slice(index + 1);
  return newer.some(({ version, updates }) => version !== null && updates[device]?.status === 'success');
}

function isReplaced(reason: string | null): boolean {
  return reason === 'superseded' || reason === 'overtaken';
}

/** So much time goes by for one deployment that each of its deadlines has passed. */
function age(deployment: DeploymentLife): Told {
  for (const update of Object.values(deployment.updates)) {
    if (update.isAbortRequested) end(update, 'in_progress', 'aborted', 'unconfirmed');
    else end(update, 'in_progress', 'failed', 'timed_out');
  }
  if (deployment.expires) endPending(deployment, 'expired');
  return 'done';
}

function deleteDevice(life: Life, index: number): Told {
  const device = deviceOf(life, index);
  if (device.isDeleted) return 'not_found';
  device.isDeleted = true;
  device.version = null;
  for (const { updates } of life.deployments) {
    end(updates[index], 'pending', 'aborted', 'device_deleted');
    end(updates[index], 'in_progress', 'aborted', 'device_deleted');
  }
  return 'done';
}

/** A restored state is noticed by its hello: the update begins a new attempt; the second time the device is held. */
function greet(life: Life, index: number, isRestored: boolean): Told {
  const device = deviceOf(life, index);
  if (device.isDeleted) return 'invalid_token';
  if (!isRestored) return 'welcome';
  device.isHeld ||= device.wasCopied;
  device.wasCopied = true;
  for (const { updates } of life.deployments) {
    const update = updates[index];
    if (update?.status !== 'in_progress') continue;
    update.attempt += 1;
    update.lastSeq = 0;
  }
  return 'welcome';
}

function changeDevice(life: Life, operation: Extract<Operation, { kind: 'approve' | 'trigger' }>): Told {
  const device = deviceOf(life, operation.device);
  if (device.isDeleted) return 'not_found';
  if (operation.kind === 'trigger') device.isTriggerOn = operation.isOn;
  else {
    device.isHeld = false;
    device.wasCopied = false;
  }
  return 'done';
}

function endPending({ updates }: DeploymentLife, reason: string): void {
  for (const update of Object.values(updates)) end(update, 'pending', 'aborted', reason);
}

function end(update: UpdateLife | undefined, from: UpdateStatus, to: UpdateStatus, reason: string | null): void {
  if (update?.status !== from) return;
  update.status = to;
  update.reason = reason;
}

/** What follows from the statuses of a deployment's updates. */
function settle(deployment: DeploymentLife): void {
  const statuses = Object.values(deployment.updates).map(({ status }) => status);
  const failed = statuses.filter((status) => status === 'failed').length;
  deployment.isFinished = statuses.every(isFinal);
  deployment.isLimitReached ||= deployment.maxFailures !== null && failed >= deployment.maxFailures;
}

function deploymentOf(life: Life, index: number): DeploymentLife {
  const found = life.deployments[index];
  if (found === undefined) throw new Error(`There is no deployment ${index}`);
  return found;
}

function deviceOf(life: Life, index: number): Life['devices'][number] {
  const found = life.devices[index];
  if (found === undefined) throw new Error(`There is no device ${index}`);
  return found;
}
