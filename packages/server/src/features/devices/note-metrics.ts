import type { MetricsMessage } from '@tideway/protocol';
import { sql } from 'kysely';
import { type Db, execute } from '../../platform/database/database.ts';

/** Keeps the numbers that a device says of itself, in the place of those before. */
export async function noteMetrics(db: Db, deviceId: number, { values }: MetricsMessage): Promise<void> {
  await execute(
    db,
    sql`insert into device_metrics as m (device_id, noted_at, metrics)
        values (${deviceId}, tideway_now(), ${JSON.stringify(values)}::jsonb)
        on conflict (device_id) do update set noted_at = excluded.noted_at, metrics = excluded.metrics`,
  );
}
