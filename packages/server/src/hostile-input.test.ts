import { followEvents, startTestServer, type TestServer } from '@tideway/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Route } from './platform/http/route.ts';

let server: TestServer;
const json = { 'content-type': 'application/json' };

beforeAll(async () => {
  server = await startTestServer();
});

// A call may have deleted it.
beforeEach(async () => {
  await server.request('POST', '/api/v2/projects', { body: { name: 'Greenhouses', key: 'greenhouses' } });
});

afterAll(() => server.stop());

describe('no route fails', () => {
  it('for a body that is none', async () => {
    const bodies = [undefined, '', '{', '[]', 'null', '7', '"\\u0000"', '{"a":"\\ud800"}', '{"a":'.repeat(5000)];
    const failed = await failures((route) =>
      bodies.flatMap((body) => [call(route, body, json), call(route, body, {})]),
    );
    expect(failed).toEqual([]);
  });

  it('for a field of any kind of value', async () => {
    const values = ['\\u0000', 'a\\ud800', ' ', 'x'.repeat(5000), '../..'].map((text) => `"${text}"`);
    const others = ['1e99', '-1', '0.5', 'true', 'null', '{}', '[]', '[null]', '{"":{"":0}}', '["\\u0000"]'];
    const failed = await failures((route) =>
      fieldsOf(route).flatMap((field) =>
        [...values, ...others].map((value) => call(route, `{"${field}":${value}}`, json)),
      ),
    );
    expect(failed).toEqual([]);
  });

  it('for a query and a path of any text', async () => {
    const texts = ['%00', '%ed%a0%80', '%F0', '-1', '1e99', '%25', 'x'.repeat(3000), '%F0%9F%98%80', "'--", '..%2f..'];
    const failed = await failures((route) =>
      texts.flatMap((text) => [
        ...queryOf(route).map((key) => call(route, undefined, {}, `${pathOf(route)}?${key}=${text}`)),
        call(route, undefined, {}, pathOf(route, text)),
      ]),
    );
    expect(failed).toEqual([]);
  });
});

describe('a call without a body', () => {
  it('may carry the content type that its client always sends', async () => {
    const created = await server.request('POST', '/api/v2/greenhouses/tags', { body: { name: 'humid' } });
    const deleted = await server.request('DELETE', `/api/v2/greenhouses/tags/${created.body.id}`, { headers: json });
    expect(deleted.status).toBe(204);
  });

  it('is refused by name where one is needed', async () => {
    const answer = await server.request('POST', '/api/v2/greenhouses/tags', { headers: json });
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_json' } });
  });
});

describe('a body that is no JSON', () => {
  it('is refused without what stands in it, which may be a token', async () => {
    const body = '{"user_token":twu_secret}';
    const answer = await server.request('POST', '/v2/deploy_update', { body, headers: json });
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_json' } });
    expect(JSON.stringify(answer.body)).not.toMatch(/secret|twu_/);
  });
});

/** The calls that were answered with a fault of ours. */
async function failures(callsOf: (route: Route) => Promise<string>[]): Promise<string[]> {
  const answers: string[] = [];
  const ofWholeProjects = (route: Route) => Number(route.path.endsWith(':project_key'));
  const inOrder = server.routes.toSorted((one, other) => ofWholeProjects(one) - ofWholeProjects(other));
  for (const route of inOrder) answers.push(...(await Promise.all(callsOf(route))));
  expect(answers.length).toBeGreaterThan(server.routes.length);
  return answers.filter((answer) => answer.startsWith('500'));
}

async function call(
  route: Route,
  body: string | undefined,
  headers: Record<string, string>,
  path = pathOf(route),
): Promise<string> {
  const status = isFollowed(route)
    ? await statusOfStream(path, headers)
    : (await server.request(route.method, path, { headers, ...(takesBody(route) && { body }) })).status;
  return `${status} ${route.method} ${path.slice(0, 200)} ${body?.slice(0, 200)}`;
}

function isFollowed({ streams }: Route): boolean {
  return streams === 'text/event-stream';
}

/** Such an answer does not end by itself. */
async function statusOfStream(path: string, headers: Record<string, string>): Promise<number> {
  const events = await followEvents(server, path, { headers });
  events.close();
  return events.status;
}

function takesBody({ method }: Route): boolean {
  return method !== 'GET';
}

function fieldsOf(route: Route): string[] {
  return route.body instanceof z.ZodObject ? Object.keys(route.body.shape) : [];
}

function queryOf(route: Route): string[] {
  return route.query instanceof z.ZodObject ? Object.keys(route.query.shape) : [];
}

function pathOf(route: Route, part = 'some-id'): string {
  return route.path
    .replace(':project_key', 'greenhouses')
    .replaceAll(/:[a-z_0-9]+/g, part)
    .replace('*', part);
}
