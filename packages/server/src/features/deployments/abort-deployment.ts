import { inTransaction } from '../../platform/database/transaction.ts';
import type { Deps } from '../../platform/deps.ts';
import { Refusal } from '../../platform/refusal.ts';
import { recordAuditEvent } from '../audit/record-audit-event.ts';
import type { ProjectCaller } from '../projects/in-project.access.ts';
import { abortPending, findUpdateToAbort, lockDeploymentForAbort, requestAborts } from './abort.store.ts';
import { countChanges } from './deployment-count.store.ts';

type AbortDeps = Pick<Deps, 'db' | 'metrics' | 'wakes' | 'changes'>;

/** How many updates an abort has ended, and how many devices are asked to end what they are at. */
export type Aborted = { aborted: number; stopping: number };

/**
 * Aborts a deployment: what is pending ends at once, and the devices at work are told to stop. Safe to repeat. Refuses
 * with `wrong_state` where it is finished.
 */
export async function abortDeployment(deps: AbortDeps, caller: ProjectCaller, publicId: string): Promise<Aborted> {
  return abort(deps, caller, publicId, null);
}

/** Aborts the update of one device. */
export async function abortUpdate(
  deps: AbortDeps,
  caller: ProjectCaller,
  publicId: string,
  devicePublicId: string,
): Promise<Aborted> {
  return abort(deps, caller, publicId, devicePublicId);
}

async function abort(
  { db, metrics, wakes, changes }: AbortDeps,
  caller: ProjectCaller,
  publicId: string,
  devicePublicId: string | null,
): Promise<Aborted> {
  const projectId = caller.project.id;
  return inTransaction(db, async (tx, onCommit) => {
    const deployment = await lockDeploymentForAbort(tx, projectId, publicId);
    if (deployment === null) throw new Refusal('not_found', `There is no deployment ${publicId}`);
    const update = devicePublicId === null ? null : await findUpdateToAbort(tx, deployment.id, devicePublicId);
    if (devicePublicId !== null && update === null && !deployment.is_archived) {
      throw new Refusal('not_found', `Device ${devicePublicId} has no part in deployment ${publicId}`);
    }
    refuseFinished(publicId, deployment.is_finished ? 'finished' : null);
    refuseFinished(`The update of ${devicePublicId}`, update?.final_status ?? null);

    const which = { deploymentId: deployment.id, deviceId: update?.device_id ?? null, by: caller.actor };
    const aborted = await abortPending(tx, which);
    const stopping = await requestAborts(tx, which);
    // What was open a moment ago has ended by itself, or with its device.
    if (aborted + stopping === 0) refuseFinished(devicePublicId ?? publicId, 'finished');
    await recordAuditEvent(tx, caller, {
      action: 'deployment.aborted',
      target: publicId,
      projectId,
      after: { aborted, stopping, ...(devicePublicId !== null && { device: devicePublicId }) },
    });
    const ended = { deploymentId: deployment.id, from: 'pending', to: 'aborted', count: aborted } as const;
    await countChanges(tx, [ended]);
    onCommit(() => metrics.updatesEnded([ended]));
    onCommit(() => changes.tell(deployment.id, update === null ? 'many' : [update.device_id]));
    if (stopping > 0) onCommit(() => wakes.deployment(deployment.id));
    return { aborted, stopping };
  });
}

function refuseFinished(name: string, status: string | null): void {
  if (status !== null) throw new Refusal('wrong_state', `${name} is ${status} already: there is nothing to abort`);
}
