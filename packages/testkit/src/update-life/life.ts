import type { UpdateStatus } from '@tideway/protocol';

/** One device's part in one deployment, of what the promises speak of. */
export type UpdateLife = {
  status: UpdateStatus;
  reason: string | null;
  attempt: number;
  lastSeq: number;
  /** The status that the device said after the end. */
  lateStatus: UpdateStatus | null;
  wasTakenUp: boolean;
  isAbortRequested: boolean;
};

export type DeploymentLife = {
  /** The version of the app that it brings; null: it has no app. */
  version: string | null;
  isPaused: boolean;
  expires: boolean;
  maxFailures: number | null;
  isLimitReached: boolean;
  isFinished: boolean;
  /** By the number of the device. */
  updates: Record<number, UpdateLife>;
};

export type DeviceLife = {
  isDeleted: boolean;
  isHeld: boolean;
  /** A restored or copied state was noticed within the last hour. */
  wasCopied: boolean;
  isTriggerOn: boolean;
  /** The version of the app that it carries. */
  version: string | null;
};

/** Everything that operations change: three devices, and the deployments of one run in their order. */
export type Life = { devices: DeviceLife[]; deployments: DeploymentLife[] };

export type ReportedEvent = 'step_started' | 'step_failed' | 'succeeded' | 'failed' | 'stopped';

/** What people, devices and the clock do. Devices and deployments are named by their number. */
export type Operation =
  | {
      kind: 'order';
      devices: number[];
      version: string | null;
      supersede: 'none' | 'same_flow' | 'same_app';
      expires: boolean;
      maxFailures: number | null;
    }
  | { kind: 'ask'; device: number }
  | { kind: 'report'; device: number; deployment: number; event: ReportedEvent; attempt: number; seq: number }
  | { kind: 'abort'; deployment: number; device: number | null }
  | { kind: 'pause' | 'resume' | 'retry' | 'age'; deployment: number }
  | { kind: 'delete' | 'restore' | 'greet'; device: number }
  | { kind: 'approve'; device: number }
  | { kind: 'trigger'; device: number; isOn: boolean };

/** What the caller is told, as far as promises speak of it. */
export type Told = string | number | null;

const finals: readonly UpdateStatus[] = ['success', 'failed', 'aborted'];

export function isFinal(status: UpdateStatus): boolean {
  return finals.includes(status);
}

/** An update that nobody has taken up. */
export function newUpdate(): UpdateLife {
  return {
    status: 'pending',
    reason: null,
    attempt: 1,
    lastSeq: 0,
    lateStatus: null,
    wasTakenUp: false,
    isAbortRequested: false,
  };
}
