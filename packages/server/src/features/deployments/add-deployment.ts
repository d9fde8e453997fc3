import type { OnCommit, Tx } from '../../platform/database/transaction.ts';
import type { Deps } from '../../platform/deps.ts';
import { recordAuditEvent } from '../audit/record-audit-event.ts';
import type { ProjectCaller } from '../projects/in-project.access.ts';
import {
  insertDeployment,
  insertNeededArtifacts,
  insertNeededRegistries,
  insertUpdates,
  type NewDeployment,
} from './deployment.store.ts';
import { countChanges } from './deployment-count.store.ts';
import type { DeviceCondition } from './device-filter.rules.ts';
import type { DeploymentNeeds } from './resolve-artifacts.ts';
import { abortSuperseded } from './supersede.store.ts';
import { tellEnded } from './tell-ended.ts';

/** A deployment that was added: its public id, and how many devices it has. */
export type AddedDeployment = { id: string; devices: number };

type DeploymentToAdd = { deployment: NewDeployment; needs: DeploymentNeeds; condition: DeviceCondition };

/**
 * Adds a deployment with one update for each device that meets the condition, and wakes those devices. Whoever calls this
 * keeps the project's devices from being deleted meanwhile.
 */
export async function addDeployment(
  tx: Tx,
  onCommit: OnCommit,
  { metrics, wakes, changes }: Pick<Deps, 'metrics' | 'wakes' | 'changes'>,
  caller: ProjectCaller,
  { deployment, needs, condition }: DeploymentToAdd,
): Promise<AddedDeployment> {
  const { publicId, projectId, startAt } = deployment;
  const id = await insertDeployment(tx, deployment);
  await insertNeededArtifacts(tx, id, needs.artifacts);
  await insertNeededRegistries(tx, id, needs.registries);
  const devices = await insertUpdates(tx, id, projectId, condition);
  const superseded = await abortSuperseded(tx, { id, ...deployment });
  await recordAuditEvent(tx, caller, {
    action: 'deployment.created',
    target: publicId,
    projectId,
    after: { devices, ...auditedParts(deployment) },
  });
  await countChanges(tx, superseded);
  onCommit(() => metrics.updatesEnded(superseded));
  onCommit(() => changes.tell(id, []));
  onCommit(() => tellEnded(changes, superseded));
  if (startAt === null) onCommit(() => wakes.deployment(id));
  return { id: publicId, devices };
}

function auditedParts({ flowId, deviceFilter, parameters, app, comment, retryOf }: NewDeployment) {
  const shownApp = app && { name: app.name, version: app.version };
  const { publicId: origin } = retryOf ?? {};
  return { flow: flowId, device_filter: deviceFilter, parameters, app: shownApp, comment, retry_of: origin };
}
