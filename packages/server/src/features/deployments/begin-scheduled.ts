import { sql } from 'kysely';
import { rows } from '../../platform/database/database.ts';
import type { Deps } from '../../platform/deps.ts';

/** Wakes the devices of deployments whose time has come. One of the servers does it; who is not woken asks by itself. */
export async function beginScheduled({ db, wakes }: Pick<Deps, 'db' | 'wakes'>): Promise<void> {
  const begun = await rows<{ id: number }>(
    db,
    sql`update deployment set start_noticed_at = tideway_now()
        where start_at <= tideway_now() and start_noticed_at is null returning id`,
  );
  for (const { id } of begun) wakes.deployment(id);
}
