import type { Label, LabelInUse } from '@tideway/protocol';
import { sql } from 'kysely';
import { type Db, rows } from '../../platform/database/database.ts';
import { tableOf } from './label.store.ts';
import type { LabelKind } from './label-kind.ts';

/** One page of a project's groups, tags or apps in the order of their names; `next` is the name it ended at. */
export async function listLabels(
  db: Db,
  kind: LabelKind,
  projectId: number,
  page: { limit: number; after?: string | undefined },
): Promise<{ items: LabelInUse[]; next: string | null }> {
  const found = await rows<{ name: string; devices: number }>(
    db,
    sql`select l.name, (select count(*) from ${carrying[kind]}) as devices
        from (select id, name from ${tableOf(kind)} where project_id = ${projectId} and name > ${page.after ?? ''}
              order by name limit ${page.limit + 1}) l
        order by l.name`,
  );
  const items = found.slice(0, page.limit).map(({ name, devices }) => ({ ...showLabel(name), devices }));
  return { items, next: found.length > page.limit ? (items.at(-1)?.name ?? null) : null };
}

/** The devices that carry the label `l`. A deleted one has no tags and apps any more, so that an index tells enough. */
const carrying = {
  group: sql`device d where d.group_id = l.id and d.deleted_at is null`,
  tag: sql`device_tag c where c.tag_id = l.id`,
  app: sql`device_app c where c.app_id = l.id`,
};

/** The first of these names that no group, tag or app of the project has; null where there is none. */
export async function findUnknownLabel(
  db: Db,
  kind: LabelKind,
  projectId: number,
  names: string[],
): Promise<string | null> {
  if (names.length === 0) return null;
  const known = await rows<{ name: string }>(
    db,
    sql`select name from ${tableOf(kind)} where project_id = ${projectId} and name = any(${names}::text[])`,
  );
  return names.find((name) => !known.some((label) => label.name === name)) ?? null;
}

/** A group, tag or app as the API shows it; its name is its id. */
export function showLabel(name: string): Label {
  return { id: name, name };
}
