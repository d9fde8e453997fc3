import { createHash } from 'node:crypto';
import { canonicalJson, publicId, type RetryBody, retryBodySchema } from '@tideway/protocol';
import { inTransaction, type Tx } from '../../platform/database/transaction.ts';
import type { Deps } from '../../platform/deps.ts';
import { invalidRequest } from '../../platform/http/refusals.ts';
import { checkAgainst } from '../../platform/http/validation.rules.ts';
import { Refusal } from '../../platform/refusal.ts';
import { openSecrets, sealSecrets } from '../../platform/secret-box.ts';
import { type KeptArtifact, keepArtifacts } from '../artifacts/keep-artifacts.ts';
import { registryNames } from '../flows/fill-flow.rules.ts';
import type { ProjectCaller } from '../projects/in-project.access.ts';
import { keepDevicesOfProject } from '../projects/lock-devices-of-project.ts';
import { type KeptRegistry, keepRegistries } from '../registries/keep-registries.ts';
import { type AddedDeployment, addDeployment } from './add-deployment.ts';
import { answerOnce, onceKey } from './answer-once.ts';
import { archivedMessage } from './archived.rules.ts';
import { checkOrderTiming } from './check-order-timing.ts';
import type { NewDeployment } from './deployment.store.ts';
import { readTiming } from './order-timing.rules.ts';
import { findRetryOrigin, type RetryOrigin } from './retry.store.ts';

type RetryDeps = Pick<Deps, 'db' | 'randomBytes' | 'installation' | 'metrics' | 'wakes' | 'changes'>;

/**
 * Deploys once more what a deployment asked, to those of its devices on which it failed or was aborted: the same version
 * of the flow with the same values. Left out are devices that have something newer: their update was overtaken or
 * superseded, or a newer one of the same app has succeeded since. Refuses with `no_devices_matched` where none is left,
 * and with `wrong_state` where the deployment is archived.
 */
export async function retryDeployment(
  deps: RetryDeps,
  caller: ProjectCaller,
  originId: string,
  sent: unknown,
  idempotencyKey: string | string[] | undefined,
): Promise<AddedDeployment> {
  const checked = checkAgainst(retryBodySchema, sent ?? {});
  if ('faults' in checked) throw invalidRequest(checked.faults);
  const body = checked.value;
  const once = onceKey(idempotencyKey, caller.accountId, { project: caller.project.key, retry: originId, body });
  return inTransaction(deps.db, (tx, onCommit) =>
    answerOnce(tx, once, async () => {
      const origin = await findRetryOrigin(tx, caller.project.id, originId);
      if (origin === null) throw new Refusal('not_found', `There is no deployment ${originId}`);
      if (origin.archived_at) throw new Refusal('wrong_state', archivedMessage(originId, origin.archived_at));
      const deployment = retryOf(deps, caller, { originId, origin, body });
      await checkOrderTiming(tx, deployment);
      const needs = {
        artifacts: await keepArtifactsOf(tx, caller, origin),
        registries: await keepRegistriesOf(tx, caller, origin),
      };
      await keepDevicesOfProject(tx, caller.project.id);
      const condition = { kind: 'to_retry', deploymentId: origin.id, statuses: statusesOf(body) } as const;
      const added = await addDeployment(tx, onCommit, deps, caller, { deployment, needs, condition });
      if (added.devices === 0) refuseEmpty(originId, body);
      return added;
    }),
  );
}

function retryOf(
  { randomBytes, installation }: RetryDeps,
  caller: ProjectCaller,
  { originId, origin, body }: { originId: string; origin: RetryOrigin; body: RetryBody },
): NewDeployment {
  const id = publicId('dp', randomBytes(8));
  const document = canonicalJson({ ...origin.document, deployment_id: id });
  const { app } = origin.document;
  const { secretsKey } = installation;
  return {
    ...readTiming({ abort_deadline: origin.abort_deadline_s, ...body }),
    publicId: id,
    projectId: caller.project.id,
    flowId: origin.flow_public_id,
    flowVersionId: origin.flow_version_id,
    document,
    documentSha256: createHash('sha256').update(document).digest('hex'),
    deviceFilter: { retry_of: originId, statuses: statusesOf(body) },
    parameters: origin.parameters,
    configuration: origin.configuration,
    comment: body.comment ?? origin.comment,
    app: app && origin.app_id !== null ? { id: origin.app_id, ...app } : null,
    secrets: origin.secrets && sealSecrets(secretsKey, openSecrets(secretsKey, origin.secrets), randomBytes),
    timeLimitS: body.timeout ?? origin.time_limit_s,
    retryOf: { id: origin.id, publicId: originId },
    createdBy: caller.actor,
  };
}

function statusesOf({ statuses }: RetryBody): ('failed' | 'aborted')[] {
  return statuses ?? ['failed', 'aborted'];
}

/** A path is never overwritten, but what it named may have been deleted, and other bytes put there. */
async function keepArtifactsOf(tx: Tx, { project }: ProjectCaller, { document }: RetryOrigin): Promise<KeptArtifact[]> {
  const wanted = document.artifacts.filter(({ registry }) => registry === undefined);
  const kept = await keepArtifacts(
    tx,
    project.id,
    wanted.map(({ path }) => path),
  );
  const gone = wanted.find(({ path, sha256 }) => !kept.some((one) => one.path === path && one.sha256 === sha256));
  if (gone === undefined) return kept;
  throw new Refusal('unknown_artifact', `The artifact ${gone.path} that the deployment needs does not exist any more`);
}

/** What comes from them stays pinned to what the deployment asked. */
async function keepRegistriesOf(
  tx: Tx,
  { project }: ProjectCaller,
  { document }: RetryOrigin,
): Promise<KeptRegistry[]> {
  const names = registryNames(document.flow);
  const kept = await keepRegistries(tx, project.id, names);
  const gone = names.find((name) => !kept.some((one) => one.name === name));
  if (gone === undefined) return kept;
  throw new Refusal('unknown_registry', `The registry ${gone} that the deployment needs does not exist any more`);
}

function refuseEmpty(originId: string, body: RetryBody): never {
  const which = statusesOf(body)
    .map((status) => (status === 'aborted' ? 'was aborted' : status))
    .join(' or ');
  throw new Refusal(
    'no_devices_matched',
    `No device is left to try ${originId} again on: none of them ${which} and has nothing newer`,
  );
}
