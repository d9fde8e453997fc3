import { startTestServer } from '@tideway/testkit';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defaultLimits } from '../limits/limits.ts';
import { createLog } from '../log.ts';
import { createMetrics } from '../metrics/metrics.ts';
import { Refusal } from '../refusal.ts';
import { createHttpServer } from './http-server.ts';
import { defineRoute, everybody } from './route.ts';

let server: FastifyInstance;
let url: string;

beforeAll(async () => {
  const route = (path: string, handle: () => Promise<{ fine: boolean }>) =>
    defineRoute({
      method: 'GET',
      path,
      tag: 'Test',
      summary: path,
      access: everybody,
      answer: z.object({ fine: z.boolean() }),
      handle,
    });
  const routes = [
    route('/bug', async () => {
      throw new Error('the password is hunter2');
    }),
    route('/untrue', async () => JSON.parse('{"fine":"yes"}')),
    route('/busy', async () => {
      throw new Refusal('rate_limited', 'Too many calls at once', { retryAfterS: 7 });
    }),
  ];
  server = await createHttpServer(
    routes,
    {
      log: createLog('silent'),
      metrics: createMetrics(),
      settings: { limits: defaultLimits, trustedProxies: [], dashboardFiles: '/nonexistent' },
    },
    'test',
  );
  url = await server.listen({ host: '127.0.0.1', port: 0 });
});

afterAll(() => server.close());

describe('a refusal over HTTP', () => {
  it.each(['/bug', '/untrue'])('of a bug at %s carries a request id and nothing else', async (path) => {
    const answer = await fetch(url + path);
    const body = await answer.json();

    expect(answer.status).toBe(500);
    expect(body).toEqual({
      code: 'internal',
      error_message: expect.stringMatching(/^Something went wrong on our side \(request [0-9a-f-]{36}\)$/),
    });
  });

  it('says after how many seconds to try again', async () => {
    const answer = await fetch(`${url}/busy`);

    expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '7']);
    expect(await answer.json()).toEqual({ code: 'rate_limited', error_message: 'Too many calls at once' });
  });

  it.each(['/nowhere', '/bug/more', '/%zz'])('of the address %s is not_found', async (path) => {
    const answer = await fetch(url + path);

    expect([answer.status, await answer.json()]).toMatchObject([404, { code: 'not_found' }]);
  });
});

describe('a server whose database is away', () => {
  it('refuses with unavailable, is not ready, and lives', async () => {
    const whole = await startTestServer();
    await whole.db.destroy();
    const listed = await whole.request('GET', '/api/v2/projects');
    const alive = await whole.request('GET', '/healthz');
    await whole.stop();

    expect([listed.status, listed.body.code, listed.headers.get('retry-after')]).toEqual([503, 'unavailable', '2']);
    expect(alive.status).toBe(200);
  });
});
