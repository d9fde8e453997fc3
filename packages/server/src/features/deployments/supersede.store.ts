import type { Supersede } from '@tideway/protocol';
import { sql } from 'kysely';
import { rows } from '../../platform/database/database.ts';
import type { Tx } from '../../platform/database/transaction.ts';
import type { StatusChange } from './deployment-count.store.ts';

/** Ends the pending updates that a new deployment replaces on its devices; gives what is to be counted. */
export async function abortSuperseded(
  tx: Tx,
  { id, publicId, supersedes }: { id: number; publicId: string; supersedes: Supersede },
): Promise<StatusChange[]> {
  if (supersedes === 'none') return [];
  const isReplaced =
    supersedes === 'same_app'
      ? sql`older.app_id = this.app_id`
      : sql`(select flow_id from flow_version where id = older.flow_version_id)
            = (select flow_id from flow_version where id = this.flow_version_id)`;
  const ended = await rows<{ deployment_id: number; count: number }>(
    tx,
    sql`with replaced as (
          select u.deployment_id, u.device_id
          from deployment this
          join device_update n on n.deployment_id = this.id
          join device_update u on u.device_id = n.device_id and u.status = 'pending' and u.deployment_id < this.id
          join deployment older on older.id = u.deployment_id
          where this.id = ${id} and ${isReplaced}
          order by u.device_id, u.deployment_id for no key update of u
        ), ended as (
          update device_update u
          set status = 'aborted', reason = 'superseded', finished_at = tideway_now(),
              message = ${`Replaced by ${publicId}; nothing had run on the device`}
          from replaced r
          where u.deployment_id = r.deployment_id and u.device_id = r.device_id and u.status = 'pending'
          returning u.deployment_id)
        select deployment_id, count(*) as count from ended group by deployment_id`,
  );
  return ended.map(({ deployment_id, count }) => ({
    deploymentId: deployment_id,
    from: 'pending',
    to: 'aborted',
    count,
  }));
}
