import type { Deployment } from '@tideway/protocol';
import { sql } from 'kysely';
import { execute, firstRow } from '../../platform/database/database.ts';
import { inTransaction, type Tx } from '../../platform/database/transaction.ts';
import type { Deps } from '../../platform/deps.ts';
import { Refusal } from '../../platform/refusal.ts';
import { recordAuditEvent } from '../audit/record-audit-event.ts';
import type { ProjectCaller } from '../projects/in-project.access.ts';
import { readDeploymentView } from './deployment.views.ts';

type PauseDeps = Pick<Deps, 'db' | 'wakes' | 'changes'>;

/** Lets no device take up an update of a deployment any more; those at work go on. Safe to repeat. */
export async function pauseDeployment(deps: PauseDeps, caller: ProjectCaller, publicId: string): Promise<Deployment> {
  return setPaused(deps, caller, publicId, true);
}

/** Lets a paused deployment go on. Safe to repeat. */
export async function resumeDeployment(deps: PauseDeps, caller: ProjectCaller, publicId: string): Promise<Deployment> {
  return setPaused(deps, caller, publicId, false);
}

async function setPaused(
  { db, wakes, changes }: PauseDeps,
  caller: ProjectCaller,
  publicId: string,
  isToPause: boolean,
): Promise<Deployment> {
  const projectId = caller.project.id;
  return inTransaction(db, async (tx, onCommit) => {
    const { id, is_finished, is_paused } = await lockDeployment(tx, projectId, publicId);
    if (is_finished) {
      const verb = isToPause ? 'pause' : 'resume';
      throw new Refusal('wrong_state', `${publicId} is finished already: there is nothing to ${verb}`);
    }
    if (is_paused !== isToPause) {
      await execute(
        tx,
        isToPause
          ? sql`update deployment set paused_at = tideway_now(), paused_by = ${caller.actor} where id = ${id}`
          : sql`update deployment set paused_at = null, paused_by = null where id = ${id}`,
      );
      const action = isToPause ? 'deployment.paused' : 'deployment.resumed';
      await recordAuditEvent(tx, caller, { action, target: publicId, projectId });
      onCommit(() => changes.tell(id, 'many'));
      if (!isToPause) onCommit(() => wakes.deployment(id));
    }
    return readDeploymentView(tx, projectId, publicId);
  });
}

type LockedDeployment = { id: number; is_finished: boolean; is_paused: boolean };

async function lockDeployment(tx: Tx, projectId: number, publicId: string): Promise<LockedDeployment> {
  const found = await firstRow<LockedDeployment>(
    tx,
    sql`select id, finished_at is not null as is_finished, paused_at is not null as is_paused from deployment
        where project_id = ${projectId} and public_id = ${publicId} for no key update`,
  );
  if (found === null) throw new Refusal('not_found', `There is no deployment ${publicId}`);
  return found;
}
