import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLog, startEmbeddedPostgres } from '@tideway/server';
import type { TestProject } from 'vitest/node';
import { makeTemplate } from './test-database.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the PostgreSQL of this test run is. */
    postgres: { host: string; user: string };
  }
}

/** One real PostgreSQL for the whole run; each test server gets an empty database of its own in it. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const home = mkdtempSync(join(tmpdir(), 'tideway-tests-'));
  const postgres = await startEmbeddedPostgres({ home, log: createLog('silent') });
  const { host, user } = postgres.connection;
  await makeTemplate({ host, user });
  project.provide('postgres', { host, user });
  return async () => {
    await postgres.stop();
    rmSync(home, { recursive: true, force: true });
  };
}
