import { sql } from 'kysely';
import { type Db, firstRow } from '../../platform/database/database.ts';
import type { IdPage } from '../../platform/http/id-page.ts';
import { Refusal } from '../../platform/refusal.ts';
import { type DeploymentFilter, pageOfDeployments } from './deployment.views.ts';

/**
 * One page of a project's deployments, newest first. A flow or an app that does not exist is refused (`unknown_flow`,
 * `unknown_app`): an empty list would look as if nothing had been deployed.
 */
export async function listDeployments(
  db: Db,
  projectId: number,
  query: IdPage & DeploymentFilter,
): ReturnType<typeof pageOfDeployments> {
  if (query.flow !== undefined) await refuseUnknownFlow(db, projectId, query.flow);
  if (query.app !== undefined) await refuseUnknownApp(db, projectId, query.app);
  return pageOfDeployments(db, projectId, query);
}

/** A deleted flow is known still: its deployments stay. */
async function refuseUnknownFlow(db: Db, projectId: number, flow: string): Promise<void> {
  const found = await firstRow(
    db,
    sql`select from flow f where f.project_id = ${projectId} and (f.public_id = ${flow} or f.name = ${flow}) limit 1`,
  );
  if (found !== null) return;
  throw new Refusal('unknown_flow', `There is no flow ${flow} in this project`, { field: 'flow' });
}

async function refuseUnknownApp(db: Db, projectId: number, app: string): Promise<void> {
  const found = await firstRow(db, sql`select from app a where a.project_id = ${projectId} and a.name = ${app}`);
  if (found !== null) return;
  throw new Refusal('unknown_app', `There is no app ${app} in this project`, { field: 'app' });
}
