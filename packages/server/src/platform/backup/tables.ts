import type pg from 'pg';

export type Table = { name: string; columns: string[] };

/** Every table but the list of migrations, in an order in which none refers to a later one. */
export async function findTables(client: pg.ClientBase): Promise<Table[]> {
  const { rows: tables } = await client.query<Table & { refers_to: string[] }>(
    `select c.relname as name,
            array(select a.attname::text from pg_attribute a
                  where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
                  order by a.attnum) as columns,
            array(select f.relname::text from pg_constraint k join pg_class f on f.oid = k.confrelid
                  where k.conrelid = c.oid and k.contype = 'f' and f.oid <> c.oid) as refers_to
     from pg_class c
     where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and c.relname <> 'schema_migration'
     order by c.relname`,
  );
  const ordered: Table[] = [];
  let left = tables;
  while (left.length > 0) {
    const names = left.map(({ name }) => name);
    const free = left.filter(({ refers_to }) => !refers_to.some((name) => names.includes(name)));
    if (free.length === 0) throw new Error(`These tables refer to each other in a circle: ${names.join(', ')}`);
    ordered.push(...free.map(({ name, columns }) => ({ name, columns })));
    left = left.filter((table) => !free.includes(table));
  }
  return ordered;
}

/** Lets every number that is given out by itself go on after the highest one that is there. */
export async function continueNumbers(client: pg.ClientBase): Promise<void> {
  const { rows: numbered } = await client.query<{ table: string; column: string }>(
    `select table_name as "table", column_name as "column" from information_schema.columns
     where table_schema = 'public' and is_identity = 'YES'`,
  );
  for (const { table, column } of numbered) {
    await client.query(
      `select setval(pg_get_serial_sequence('${table}', '${column}'), coalesce(max(${column}), 0) + 1, false)
       from ${table}`,
    );
  }
}
