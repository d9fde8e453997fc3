import type { UpdateStatus } from '@tideway/protocol';
import { sql } from 'kysely';
import { type Db, oneRow } from '../../../platform/database/database.ts';

/** The counts that a deployment keeps, and what a count of its updates gives. */
export type Books = {
  counts: Record<UpdateStatus, number>;
  rows: Partial<Record<UpdateStatus, number>>;
  is_finished: boolean;
};

export async function readBooks(db: Db, deploymentId: string): Promise<Books> {
  return oneRow<Books>(
    db,
    sql`select to_jsonb(c) - 'deployment_id' as counts, d.finished_at is not null as is_finished,
               (select jsonb_object_agg(status, number) from (
                  select status, count(*) as number from device_update where deployment_id = d.id group by status
                ) by_status) as rows
        from deployment d join deployment_count c on c.deployment_id = d.id where d.public_id = ${deploymentId}`,
  );
}
