import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLog, startEmbeddedPostgres } from '@tideway/server';
import type { TestProject } from 'vitest/node';
import { makeTemplate, type TestPostgres } from './test-database.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The PostgreSQL of this test run. */
    postgres: TestPostgres;
  }
}

/** One real PostgreSQL for the whole run; each test server gets an empty database of its own in it. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const home = mkdtempSync(join(tmpdir(), 'tideway-tests-'));
  const postgres = await startEmbeddedPostgres({ home, log: createLog('silent') });
  project.provide('postgres', await makeTemplate(postgres.connection));
  return async () => {
    await postgres.stop();
    rmSync(home, { recursive: true, force: true });
  };
}
