import { Kysely, PostgresDialect, type PostgresPool, type RawBuilder } from 'kysely';
import pg from 'pg';

/** The database, or a transaction in it. SQL is written with Kysely's `sql` tag: `rows(db, sql\`select …\`)`. */
export type Db = Kysely<unknown>;

const int8 = 20;
pg.types.setTypeParser(int8, parseInteger);

/** The database behind a pool of connections. */
export function openDatabase(pool: PostgresPool): Db {
  return new Kysely({ dialect: new PostgresDialect({ pool }) });
}

/** The rows that a query gives; `Row` is what its select list says. */
export async function rows<Row>(db: Db, query: RawBuilder<unknown>): Promise<Row[]> {
  const result = await query.execute(db);
  return result.rows as Row[];
}

/** The first row, or null where there is none. */
export async function firstRow<Row>(db: Db, query: RawBuilder<unknown>): Promise<Row | null> {
  const [row] = await rows<Row>(db, query);
  return row ?? null;
}

/** The one row of a query that always gives one, as `insert … returning`. */
export async function oneRow<Row>(db: Db, query: RawBuilder<unknown>): Promise<Row> {
  const row = await firstRow<Row>(db, query);
  if (row === null) throw new Error('The query gave no row');
  return row;
}

/** Runs a statement and says how many rows it touched. */
export async function execute(db: Db, query: RawBuilder<unknown>): Promise<number> {
  const result = await query.execute(db);
  return Number(result.numAffectedRows ?? 0);
}

/** Whether `error` is the violation of this unique index or constraint. */
export function violatesUnique(error: unknown, constraint: string): boolean {
  return error instanceof pg.DatabaseError && error.code === '23505' && error.constraint === constraint;
}

function parseInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`The integer ${text} of the database is not a safe one`);
  return value;
}
