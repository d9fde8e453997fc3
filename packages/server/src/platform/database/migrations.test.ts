import { randomBytes } from 'node:crypto';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { describe, expect, inject, it } from 'vitest';
import { migrate, migrationsFolder } from './migrate.ts';
import { openPool } from './open-pool.ts';

describe('a database of the first tables', () => {
  it('keeps its updates and their steps when updates lose the id of their own', async () => {
    const database = `migrations_${randomBytes(4).toString('hex')}`;
    await administer(`create database ${database}`);
    const pool = openPool({ ...inject('postgres'), database });
    await migrateToFirst(pool);
    await pool.query(`
      insert into account (name) values ('a');
      insert into project (account_id, key, name) values (1, 'p', 'P');
      insert into device_group (project_id, name) values (1, 'Production');
      insert into flow (public_id, project_id, name) values ('f', 1, 'f');
      insert into flow_version (flow_id, number, source, document, created_by) values (1, 1, '', '{}', 'x');
      insert into deployment_document values ('sha', '{}');
      insert into deployment (public_id, project_id, flow_version_id, document_sha256, device_filter, parameters,
                              time_limit_s, devices, created_by) values ('dp', 1, 1, 'sha', '{}', '{}', 60, 2, 'x');
      insert into device (public_id, project_id, group_id, name) values ('d-1', 1, 1, 'one'), ('d-2', 1, 1, 'two');
      insert into device_update (deployment_id, device_id, status, reason, finished_at)
        values (1, 2, 'failed', 'step_failed', now()), (1, 1, 'pending', null, null);
      insert into update_step (update_id, attempt, step, status) values (1, 1, 0, 'failed')`);
    await migrate(pool, migrationsFolder);

    const updates = await pool.query('select device_id::integer, status from device_update order by device_id');
    expect(updates.rows).toEqual([
      { device_id: 1, status: 'pending' },
      { device_id: 2, status: 'failed' },
    ]);
    const steps = await pool.query(
      'select deployment_id::integer, device_id::integer, attempt, step, status from update_step',
    );
    expect(steps.rows).toEqual([{ deployment_id: 1, device_id: 2, attempt: 1, step: 0, status: 'failed' }]);
    await pool.end();
    await administer(`drop database ${database} with (force)`);
  });
});

async function migrateToFirst(pool: pg.Pool): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'tideway-migrations-'));
  cpSync(join(migrationsFolder, '0001-first-tables.sql'), join(folder, '0001-first-tables.sql'));
  await migrate(pool, folder);
  rmSync(folder, { recursive: true });
}

async function administer(statement: string): Promise<void> {
  const client = new pg.Client({ ...inject('postgres'), database: 'postgres' });
  await client.connect();
  await client.query(statement);
  await client.end();
}
