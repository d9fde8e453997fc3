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
  const postgres = await startPostgres();
  project.provide('postgres', await makeTemplate(postgres.connection));
  return postgres.stop;
}

async function startPostgres(): Promise<{ connection: { host: string; user: string }; stop: () => Promise<void> }> {
  return {
    connection: { host: process.env.TIDEWAY_TEST_POSTGRES ?? '/tmp/devpg/run', user: 'tideway' },
    stop: async () => {},
  };
}
