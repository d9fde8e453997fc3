import type { AbortReason, UpdateStatus } from '@tideway/protocol';
import { type RawBuilder, sql } from 'kysely';
import { execute, firstRow, rows } from '../../platform/database/database.ts';
import type { Tx } from '../../platform/database/transaction.ts';
import { deviceIsOnline } from '../devices/online.rules.ts';
import type { StatusChange } from './deployment-count.store.ts';

/** What is to be aborted, and by whom: all that is open of a deployment, or the update of one device. */
export type WhatToAbort = { deploymentId: number; deviceId: number | null; by: string };

/**
 * The deployment that a path names, or null. Aborts of one deployment go one after the other: each locks many updates,
 * in whatever order the planner finds them.
 */
export async function lockDeploymentForAbort(
  tx: Tx,
  projectId: number,
  publicId: string,
): Promise<{ id: number; is_finished: boolean; is_archived: boolean } | null> {
  const found = await firstRow<{ id: number }>(
    tx,
    sql`select id, pg_advisory_xact_lock(${abortLock}, hashint8(id)) from deployment
        where project_id = ${projectId} and public_id = ${publicId}`,
  );
  if (found === null) return null;
  return firstRow(
    tx,
    sql`select id, finished_at is not null as is_finished, archived_at is not null as is_archived
        from deployment where id = ${found.id}`,
  );
}

const abortLock = 7434;

/** The device's part in a deployment; a deleted device may have left its id to another one. */
export async function findUpdateToAbort(
  tx: Tx,
  deploymentId: number,
  devicePublicId: string,
): Promise<{ device_id: number; final_status: UpdateStatus | null } | null> {
  return firstRow(
    tx,
    sql`select u.device_id, case when u.finished_at is not null then u.status end as final_status
        from deployment p join device d on d.project_id = p.project_id and d.public_id = ${devicePublicId}
        join device_update u on u.deployment_id = p.id and u.device_id = d.id
        where p.id = ${deploymentId} order by d.id desc limit 1`,
  );
}

/** Ends what no device has taken up; gives how many updates that are. */
export async function abortPending(tx: Tx, { deploymentId, deviceId, by }: WhatToAbort): Promise<number> {
  return execute(
    tx,
    sql`update device_update
        set status = 'aborted', reason = 'by_person', finished_at = tideway_now(), abort_requested_by = ${by},
            abort_requested_at = tideway_now(), message = ${`Aborted by ${by}; nothing had run on the device`}
        where deployment_id = ${deploymentId} and status = 'pending' ${ofDevice(deviceId)}`,
  );
}

/**
 * Asks the devices that are at work to stop, where nobody has asked them yet; gives how many are to stop. Comes after
 * `abortPending`, which lets no device begin any more: of half a million updates none is looked at where none is at work.
 */
export async function requestAborts(tx: Tx, { deploymentId, deviceId, by }: WhatToAbort): Promise<number> {
  const counts = await firstRow<{ in_progress: number }>(
    tx,
    sql`select in_progress from deployment_count where deployment_id = ${deploymentId}`,
  );
  if (counts?.in_progress === 0) return 0;
  await execute(
    tx,
    sql`update device_update
        set abort_requested_by = ${by}, abort_requested_at = tideway_now(),
            abort_ends_at = tideway_now() + make_interval(secs => (select abort_deadline_s from deployment
                                                                   where id = ${deploymentId}))
        where deployment_id = ${deploymentId} and status = 'in_progress' and abort_requested_at is null
              ${ofDevice(deviceId)}`,
  );
  const stopping = await firstRow<{ count: number }>(
    tx,
    sql`select count(*) from device_update
        where deployment_id = ${deploymentId} and status = 'in_progress' ${ofDevice(deviceId)}`,
  );
  return stopping?.count ?? 0;
}

/**
 * Ends updates whose device has neither said a result within its time nor confirmed an abort, at most so many; one that
 * somebody holds has its turn later, and so has one whose device is online and still about to stop. Gives what is to be
 * counted.
 */
export async function endOverdueUpdates(tx: Tx, atMost: number): Promise<StatusChange[]> {
  const ended = await rows<{ deployment_id: number; status: 'failed' | 'aborted' }>(
    tx,
    sql`with overdue as (
          select deployment_id, device_id, coalesce(abort_ends_at < tideway_now(), false) as is_aborted
          from device_update
          where status = 'in_progress' and least(ends_at, abort_ends_at) < tideway_now()
            and not (stopping_until > tideway_now() and ends_at > tideway_now() and exists (
              select from device d where d.id = device_id and ${deviceIsOnline}))
          order by device_id limit ${atMost} for no key update skip locked)
        update device_update u
        set finished_at = tideway_now(),
            status = case when o.is_aborted then 'aborted' else 'failed' end,
            reason = case when o.is_aborted then 'unconfirmed' else 'timed_out' end,
            message = case when o.is_aborted
                           then 'Aborted by ' || u.abort_requested_by || '; the device has not confirmed that it stopped'
                           else 'The device has said no result within the time limit of the update' end
        from overdue o where u.deployment_id = o.deployment_id and u.device_id = o.device_id
        returning u.deployment_id, u.status`,
  );
  return ended.map(({ deployment_id, status }) => ({ deploymentId: deployment_id, from: 'in_progress', to: status }));
}

/** Ends pending updates of deployments that have expired, at most so many; gives what is to be counted. */
export async function endExpiredUpdates(tx: Tx, atMost: number): Promise<StatusChange[]> {
  return endPendingOf(tx, atMost, {
    which: sql`d.expires_at < tideway_now()`,
    reason: 'expired',
    message: 'The deployment has expired; nothing had run on the device',
  });
}

/** Ends pending updates of deployments of which as many have failed as may, at most so many; gives what is to be counted. */
export async function endUpdatesOverLimit(tx: Tx, atMost: number): Promise<StatusChange[]> {
  return endPendingOf(tx, atMost, {
    which: sql`d.failure_limit_reached_at is not null`,
    reason: 'failure_limit',
    message: 'As many updates of the deployment have failed as may; nothing had run on the device',
  });
}

/** One that somebody holds has its turn later. */
async function endPendingOf(
  tx: Tx,
  atMost: number,
  { which, reason, message }: { which: RawBuilder<unknown>; reason: AbortReason; message: string },
): Promise<StatusChange[]> {
  const ended = await rows<{ deployment_id: number; count: number }>(
    tx,
    sql`with chosen as (
          select u.deployment_id, u.device_id
          from deployment d
          cross join lateral (
            select deployment_id, device_id from device_update
            where deployment_id = d.id and status = 'pending' order by device_id limit ${atMost}
            for no key update skip locked) u
          where d.finished_at is null and ${which} limit ${atMost}
        ), ended as (
          update device_update u
          set status = 'aborted', reason = ${reason}, finished_at = tideway_now(), message = ${message}
          from chosen c where u.deployment_id = c.deployment_id and u.device_id = c.device_id
          returning u.deployment_id)
        select deployment_id, count(*) as count from ended group by deployment_id`,
  );
  return ended.map(({ deployment_id, count }) => ({
    deploymentId: deployment_id,
    from: 'pending',
    to: 'aborted',
    count,
  }));
}

function ofDevice(deviceId: number | null) {
  return deviceId === null ? sql`` : sql`and device_id = ${deviceId}`;
}
