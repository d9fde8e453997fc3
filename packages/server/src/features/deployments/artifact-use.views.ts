import type { ArtifactUses, DeploymentState } from '@tideway/protocol';
import { sql } from 'kysely';
import { type Db, rows } from '../../platform/database/database.ts';
import { deploymentState } from './deployment-state.rules.ts';

/** The deployments that were given an artifact, at most 20: those with open updates first, the newest of them first. */
export async function listDeploymentsWith(
  db: Db,
  projectId: number,
  path: string,
): Promise<ArtifactUses['deployments']> {
  const found = await rows<DeploymentRow>(
    db,
    sql`select d.public_id, f.public_id as flow_public_id, v.document ->> 'name' as flow_name, v.number as flow_version,
               ${deploymentState} as state, d.created_at, c.pending + c.in_progress as open_updates
        from artifact a
        join deployment_artifact n on n.artifact_id = a.id
        join deployment d on d.id = n.deployment_id
        join deployment_count c on c.deployment_id = d.id
        join flow_version v on v.id = d.flow_version_id
        join flow f on f.id = v.flow_id
        where a.project_id = ${projectId} and a.path = ${path}
        order by d.finished_at is not null, d.id desc limit 20`,
  );
  return found.map((row) => ({
    id: row.public_id,
    flow: { id: row.flow_public_id, name: row.flow_name, version: row.flow_version },
    state: row.state,
    created_at: row.created_at.toISOString(),
    open_updates: row.open_updates,
  }));
}

type DeploymentRow = {
  public_id: string;
  flow_public_id: string;
  flow_name: string;
  flow_version: number;
  state: DeploymentState;
  created_at: Date;
  open_updates: number;
};
