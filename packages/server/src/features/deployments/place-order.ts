import type { Deps } from '../../platform/deps.ts';
import { invalidRequest } from '../../platform/http/refusals.ts';
import { Refusal } from '../../platform/refusal.ts';
import { authenticateToken } from '../accounts/authenticate-token.ts';
import { bearerToken, requireRole } from '../accounts/signed-in.access.ts';
import { findProjectByName } from '../projects/find-project.ts';
import type { ProjectCaller } from '../projects/in-project.access.ts';
import { onceKey } from './answer-once.ts';
import { type CreatedDeployment, createDeployment } from './create-deployment.ts';
import { type Read, readDeployment, type TokenOrder } from './order.rules.ts';

type OrderDeps = Pick<Deps, 'db' | 'rates' | 'randomBytes' | 'installation' | 'metrics' | 'wakes'>;
type Headers = Record<string, string | string[] | undefined>;

/** Places the order of a deploy_update door: the body's form first, then its token (or the one of the header), then all else. */
export async function placeTokenOrder(
  deps: OrderDeps,
  readBody: (needsToken: boolean) => Read<TokenOrder>,
  headers: Headers,
  address: string,
): Promise<CreatedDeployment & { projectKey: string }> {
  const headerToken = bearerToken(String(headers.authorization ?? ''));
  const read = readBody(headerToken === null);
  if ('faults' in read) throw invalidRequest(read.faults);
  const token = read.userToken ?? headerToken;
  if (token === null) throw new Error('An order without a token was let through');
  const caller = await authenticateToken(deps, token, address);
  const project = await findProjectByName(deps.db, caller, read.projectName);
  if (project === null) {
    const field = `${read.order.fields.filter}.project.name`;
    throw new Refusal('unknown_project', `There is no project ${read.projectName}, or this token may not see it`, {
      field,
    });
  }
  requireRole(caller, 'operator');
  const once = onceKey(headers['idempotency-key'], caller.accountId, { project: project.key, order: read.order });
  const created = await createDeployment(deps, { ...caller, project }, read.order, once);
  return { ...created, projectKey: project.key };
}

/** Places the order of `POST /api/v2/{project_key}/deployments`. */
export async function placeProjectOrder(
  deps: OrderDeps,
  caller: ProjectCaller,
  body: unknown,
  headers: Headers,
): Promise<CreatedDeployment> {
  const read = readDeployment(body);
  if ('faults' in read) throw invalidRequest(read.faults);
  const asked = { project: caller.project.key, order: read.order };
  const once = onceKey(headers['idempotency-key'], caller.accountId, asked);
  return createDeployment(deps, caller, read.order, once);
}
