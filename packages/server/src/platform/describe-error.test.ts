import { startTestServer } from '@tideway/testkit';
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { execute } from './database/database.ts';
import { describeError } from './describe-error.ts';

describe('an error in the log', () => {
  it('of the database says what failed where, and no value of a row or a parameter', async () => {
    const { db, stop } = await startTestServer();
    const errorOf = (query: ReturnType<typeof sql>) => execute(db, query).catch((error: unknown) => error);
    const duplicate = await errorOf(sql`insert into deployment_document (sha256, content)
                                        values ('hunter2', '{}'), ('hunter2', '{}')`);
    const unreadable = await errorOf(sql`select ${'hunter2'}::integer`);
    await stop();

    expect(describeError(duplicate)).toMatchObject({ code: '23505', constraint: 'deployment_document_pkey' });
    expect(describeError(unreadable)).toMatchObject({
      code: '22P02',
      message: 'invalid input syntax for type integer: "…"',
    });
    expect(JSON.stringify([describeError(duplicate), describeError(unreadable)])).not.toContain('hunter2');
  });

  it('is told with what caused it', () => {
    const error = new Error('The plan could not be read', { cause: new TypeError('no object') });

    expect(describeError(error)).toMatchObject({
      type: 'Error',
      message: 'The plan could not be read',
      cause: { type: 'TypeError', message: 'no object' },
    });
  });
});
