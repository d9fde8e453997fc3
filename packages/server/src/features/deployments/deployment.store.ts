import type { Supersede } from '@tideway/protocol';
import { sql } from 'kysely';
import { execute, oneRow } from '../../platform/database/database.ts';
import type { Tx } from '../../platform/database/transaction.ts';
import { conditionSql, type DeviceCondition } from './device-filter.rules.ts';

export type NewDeployment = {
  publicId: string;
  projectId: number;
  flowVersionId: number;
  documentSha256: string;
  document: string;
  /** The filter in the vendor's form, as the order gave it. */
  deviceFilter: unknown;
  /** With secret values masked. */
  parameters: Record<string, string>;
  configuration: Record<string, unknown> | null;
  comment: string;
  app: { id: number; version: string } | null;
  secrets: Buffer | null;
  timeLimitS: number;
  startAt: string | null;
  supersedes: Supersede;
  /** Seconds after which pending updates end; null: never. */
  expiresInS: number | null;
  abortDeadlineS: number;
  createdBy: string;
};

/** Adds a deployment that has no updates yet, with its document, and gives its internal id. */
export async function insertDeployment(tx: Tx, deployment: NewDeployment): Promise<number> {
  await execute(
    tx,
    sql`insert into deployment_document (sha256, content) values (${deployment.documentSha256}, ${deployment.document})
        on conflict do nothing`,
  );
  const { id } = await oneRow<{ id: number }>(
    tx,
    sql`insert into deployment (public_id, project_id, flow_version_id, document_sha256, device_filter, parameters,
                                configuration, comment, app_id, app_version, secrets, time_limit_s, start_at,
                                supersedes, expires_at,
                                abort_deadline_s, devices, created_by)
        values (${deployment.publicId}, ${deployment.projectId}, ${deployment.flowVersionId},
                ${deployment.documentSha256}, ${JSON.stringify(deployment.deviceFilter)}::jsonb,
                ${JSON.stringify(deployment.parameters)}::jsonb,
                ${deployment.configuration && JSON.stringify(deployment.configuration)}::jsonb, ${deployment.comment},
                ${deployment.app?.id ?? null}, ${deployment.app?.version ?? null}, ${deployment.secrets},
                ${deployment.timeLimitS},
                ${deployment.startAt}::timestamptz, ${deployment.supersedes},
                tideway_now() + make_interval(secs => ${deployment.expiresInS}::float8), ${deployment.abortDeadlineS}, 0,
                ${deployment.createdBy})
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
        select ${deploymentId}, d.id from device d
        where d.project_id = ${projectId} and d.deleted_at is null and not d.needs_approval
          and ${conditionSql(condition)}`,
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
