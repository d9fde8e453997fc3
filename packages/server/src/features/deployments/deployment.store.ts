import type { FailureLimit } from '@tideway/protocol';
import { sql } from 'kysely';
import { execute, oneRow } from '../../platform/database/database.ts';
import type { Tx } from '../../platform/database/transaction.ts';
import { type DeviceCondition, isSelectable } from './device-filter.rules.ts';
import type { OrderTiming } from './order-timing.rules.ts';

export type NewDeployment = Omit<OrderTiming, 'timeoutS'> & {
  publicId: string;
  projectId: number;
  flowId: string;
  flowVersionId: number;
  documentSha256: string;
  document: string;
  /** The filter in the vendor's form, as the order gave it. */
  deviceFilter: unknown;
  /** With secret values masked. */
  parameters: Record<string, string>;
  configuration: Record<string, unknown> | null;
  comment: string;
  app: { id: number; name: string; version: string } | null;
  secrets: Buffer | null;
  timeLimitS: number;
  /** The deployment whose failed or aborted updates this one tries again. */
  retryOf: { id: number; publicId: string } | null;
  createdBy: string;
};

/** Adds a deployment that has no updates yet, with its document, and gives its internal id. */
export async function insertDeployment(tx: Tx, deployment: NewDeployment): Promise<number> {
  await execute(
    tx,
    sql`insert into deployment_document (sha256, content) values (${deployment.documentSha256}, ${deployment.document})
        on conflict do nothing`,
  );
  const { app, configuration, expiresInS } = deployment;
  const { number, percent } = limitColumns(deployment.maxFailures);
  const { id } = await oneRow<{ id: number }>(
    tx,
    sql`insert into deployment (public_id, project_id, flow_version_id, document_sha256, device_filter, parameters,
                                configuration, comment, app_id, app_version, secrets, time_limit_s, start_at,
                                supersedes, expires_at, abort_deadline_s, max_failures, max_failures_percent, retry_of,
                                devices, created_by)
        values (${deployment.publicId}, ${deployment.projectId}, ${deployment.flowVersionId},
                ${deployment.documentSha256}, ${JSON.stringify(deployment.deviceFilter)}::jsonb,
                ${JSON.stringify(deployment.parameters)}::jsonb,
                ${configuration && JSON.stringify(configuration)}::jsonb, ${deployment.comment}, ${app?.id ?? null},
                ${app?.version ?? null}, ${deployment.secrets}, ${deployment.timeLimitS},
                ${deployment.startAt}::timestamptz, ${deployment.supersedes},
                tideway_now() + make_interval(secs => ${expiresInS}::float8), ${deployment.abortDeadlineS},
                ${number}, ${percent}, ${deployment.retryOf?.id ?? null}, 0, ${deployment.createdBy})
        returning id`,
  );
  return id;
}

/**
 * Gives a deployment its updates, one for each device of the project that meets the condition, with their count, and
 * says how many. A deployment without devices is finished at once.
 */
export async function insertUpdates(
  tx: Tx,
  deploymentId: number,
  projectId: number,
  condition: DeviceCondition,
): Promise<number> {
  const devices = await execute(
    tx,
    sql`insert into device_update (deployment_id, device_id)
        select ${deploymentId}, d.id from device d where ${isSelectable(projectId, condition)}`,
  );
  await execute(
    tx,
    sql`with counted as (insert into deployment_count (deployment_id, pending) values (${deploymentId}, ${devices}))
        update deployment set devices = ${devices}, finished_at = case when ${devices} = 0 then tideway_now() end
        where id = ${deploymentId}`,
  );
  return devices;
}

/** Notes which artifacts a deployment needs: they cannot be deleted while one of its updates is open. */
export async function insertNeededArtifacts(
  tx: Tx,
  deploymentId: number,
  artifacts: { id: number; sha256: string }[],
): Promise<void> {
  for (const { id, sha256 } of artifacts) {
    await execute(
      tx,
      sql`insert into deployment_artifact (deployment_id, artifact_id, sha256)
          values (${deploymentId}, ${id}, ${sha256})`,
    );
  }
}

/** Notes which registries a deployment needs: its devices get their credentials, and they cannot be deleted meanwhile. */
export async function insertNeededRegistries(
  tx: Tx,
  deploymentId: number,
  registries: readonly { id: number }[],
): Promise<void> {
  for (const { id } of registries) {
    await execute(
      tx,
      sql`insert into deployment_registry (deployment_id, registry_id) values (${deploymentId}, ${id})`,
    );
  }
}

function limitColumns(limit: FailureLimit | null): { number: number | null; percent: number | null } {
  if (typeof limit === 'string') return { number: null, percent: Number.parseFloat(limit) };
  return { number: limit, percent: null };
}
