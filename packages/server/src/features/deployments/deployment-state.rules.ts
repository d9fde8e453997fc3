import type { DeploymentState } from '@tideway/protocol';
import { type RawBuilder, sql } from 'kysely';

/** The state of the deployment `d`, as conditions: one of them is true of every deployment. */
export const isInState: Record<DeploymentState, RawBuilder<boolean>> = {
  archived: sql`d.archived_at is not null`,
  finished: sql`d.finished_at is not null and d.archived_at is null`,
  paused: sql`d.finished_at is null and d.paused_at is not null`,
  scheduled: sql`d.finished_at is null and d.paused_at is null and coalesce(d.start_at > tideway_now(), false)`,
  running: sql`d.finished_at is null and d.paused_at is null and coalesce(d.start_at <= tideway_now(), true)`,
};

/** The same as a word. */
export const deploymentState: RawBuilder<DeploymentState> = sql`(case ${sql.join(
  Object.entries(isInState).map(([state, condition]) => sql`when ${condition} then ${sql.lit(state)}`),
  sql` `,
)} end)`;
