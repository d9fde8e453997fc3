import type { DeploymentCreated, DeployUpdateAnswer, DryRun } from '@tideway/protocol';
import type { Deps } from '../../platform/deps.ts';
import { invalidRequest } from '../../platform/http/refusals.ts';
import { Refusal } from '../../platform/refusal.ts';
import { authenticateToken } from '../accounts/authenticate-token.ts';
import { bearerToken, requireRole } from '../accounts/signed-in.access.ts';
import { findProjectByName } from '../projects/find-project.ts';
import type { ProjectCaller } from '../projects/in-project.access.ts';
import type { AddedDeployment } from './add-deployment.ts';
import { onceKey } from './answer-once.ts';
import { createDeployment } from './create-deployment.ts';
import { type Order, readDeployment, type TokenOrder } from './order.rules.ts';
import type { Read } from './order-form.rules.ts';
import { tryOrder } from './try-order.ts';
import { withLookUps } from './with-look-ups.ts';

type OrderDeps = Pick<
  Deps,
  'db' | 'rates' | 'lastUses' | 'randomBytes' | 'installation' | 'settings' | 'metrics' | 'wakes' | 'changes'
>;
type Headers = Record<string, string | string[] | undefined>;

/** Places the order of a deploy_update door: the body's form first, then its token (or the one of the header), then all else. */
export async function placeTokenOrder(
  deps: OrderDeps,
  readBody: (needsToken: boolean) => Read<TokenOrder>,
  headers: Headers,
  address: string,
): Promise<DeployUpdateAnswer | ({ message: 'Success' } & DryRun)> {
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
  const message = 'Success';
  const placed = await place(deps, { ...caller, project }, read.order, headers);
  if ('dry_run' in placed) return { message, ...placed };
  const { id, devices } = placed;
  return { message, deployment_id: id, devices, url: `/api/v2/${project.key}/deployments/${id}` };
}

/** Places the order of `POST /api/v2/{project_key}/deployments`. */
export async function placeProjectOrder(
  deps: OrderDeps,
  caller: ProjectCaller,
  body: unknown,
  headers: Headers,
): Promise<DeploymentCreated | DryRun> {
  const read = readDeployment(body);
  if ('faults' in read) throw invalidRequest(read.faults);
  const placed = await place(deps, caller, read.order, headers);
  return 'dry_run' in placed ? placed : createdAnswer(placed);
}

/** The answer of `/api/v2` to a deployment that was created. */
export function createdAnswer({ id, devices }: AddedDeployment): DeploymentCreated {
  return { deployment_uuid: id, deployment_id: id, devices };
}

async function place(
  deps: OrderDeps,
  caller: ProjectCaller,
  order: Order,
  headers: Headers,
): Promise<AddedDeployment | DryRun> {
  return withLookUps(deps, caller, async (prepared) => {
    if (order.isDryRun) return tryOrder(deps, caller, order, prepared);
    const asked = { project: caller.project.key, order };
    return createDeployment(
      deps,
      caller,
      order,
      onceKey(headers['idempotency-key'], caller.accountId, asked),
      prepared,
    );
  });
}
