import { validate } from '@readme/openapi-parser';
import { roleCovers } from '@tideway/protocol';
import { createTokenOf, startTestServer, type TestServer } from '@tideway/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createSignInLink } from './features/accounts/sessions/sign-in-by-link.ts';
import { isReservedKey } from './features/projects/project-key.rules.ts';
import type { Route } from './platform/http/route.ts';

let server: TestServer;
/** What the browser of the owner sends with every call. */
let session: Record<string, string>;

beforeAll(async () => {
  server = await startTestServer();
  await server.request('POST', '/api/v2/projects', { body: { name: 'Greenhouses' } });
  const { token } = await createSignInLink(server.db, null);
  const { headers } = await server.request('POST', '/api/v2/session/by-link', { token: null, body: { token } });
  session = { cookie: /^[^;]+/.exec(headers.get('set-cookie') ?? '')?.[0] ?? '', origin: server.url };
});

afterAll(() => server.stop());

describe('every route', () => {
  it('asks for a token, but for those that are open to everybody', async () => {
    const withoutRole = server.routes.filter((route) => route.access.role === null);
    const open = withoutRole.filter((route) => !isForDevices(route)).map(nameOf);
    expect(open.filter((name) => !isOpenToEverybody(name))).toEqual([]);

    const guarded = server.routes.filter((route) => route.access.role !== null);
    expect(guarded).not.toEqual([]);
    expect(await answersOf(guarded, null)).toEqual(guarded.map((route) => `${nameOf(route)}: 401 invalid_token`));
    expect(await answersOf(guarded, 'twu_unknown')).toEqual(
      guarded.map((route) => `${nameOf(route)}: 401 invalid_token`),
    );
  });

  it('of devices asks for the ticket of a session, and takes no token of a person for one', async () => {
    const ofDevices = server.routes.filter(isForDevices);
    const refused = ofDevices.map((route) => `${nameOf(route)}: 401 invalid_token`);
    expect(ofDevices).not.toEqual([]);
    expect(await answersOf(ofDevices, null)).toEqual(refused);
    expect(await answersOf(ofDevices, server.owner.token)).toEqual(refused);
  });

  it('that needs more than a viewer refuses a viewer', async () => {
    const higher = server.routes.filter(({ access }) => access.role !== null && !roleCovers('viewer', access.role));
    expect(higher).not.toEqual([]);
    expect(await answersOf(higher, await createTokenOf(server, 'viewer'))).toEqual(
      higher.map((route) => `${nameOf(route)}: 403 forbidden`),
    );
  });

  it('that needs more than an operator refuses an operator', async () => {
    const higher = server.routes.filter(({ access }) => access.role !== null && !roleCovers('operator', access.role));
    expect(higher).not.toEqual([]);
    expect(await answersOf(higher, await createTokenOf(server, 'operator'))).toEqual(
      higher.map((route) => `${nameOf(route)}: 403 forbidden`),
    );
  });

  it('of a project answers another account as if the project did not exist', async () => {
    const ofProjects = server.routes.filter((route) => route.path.includes(':project_key'));
    const { token } = await server.createAccount('stranger');
    expect(ofProjects).not.toEqual([]);
    expect(await answersOf(ofProjects, token)).toEqual(ofProjects.map((route) => `${nameOf(route)}: 404 not_found`));
  });

  it('of a project is closed to a user who is limited to other projects', async () => {
    const ofProjects = server.routes.filter((route) => route.path.includes(':project_key'));
    const token = await createTokenOf(server, 'admin', { projects: [] });
    expect(await answersOf(ofProjects, token)).toEqual(ofProjects.map((route) => `${nameOf(route)}: 404 not_found`));
  });

  it('refuses a character in its body that the database cannot keep, and names the field', async () => {
    const taking = server.routes.filter((route) => route.body && route.bodyForm !== 'stream' && !saysFaults(route));
    const answers = await Promise.all(
      taking.filter(isForPeople).map(async (route) => {
        const { headers, body: sent } = unstorableBodyOf(route);
        const call = needsSession(route) ? { token: null, headers: { ...headers, ...session } } : { headers };
        const { status, body } = await server.request(route.method, pathOf(route), { ...call, body: sent });
        return `${nameOf(route)}: ${status} ${body.code} at ${body.field}`;
      }),
    );
    expect(answers).not.toEqual([]);
    expect(answers).toEqual(
      taking.filter(isForPeople).map((route) => {
        const isFlow = route.bodyForm === 'text';
        return `${nameOf(route)}: 400 ${isFlow ? 'invalid_flow at flows.app' : 'invalid_request at a.b[1]'}`;
      }),
    );
  });

  it('refuses such a character in its query, and names the key', async () => {
    const asked = server.routes.filter(isForPeople).flatMap((route) => keysOf(route).map((key) => ({ route, key })));
    const answers = await Promise.all(
      asked.map(async ({ route, key }) => {
        const { status, body } = await server.request(route.method, `${pathOf(route)}?${key}=a%00b`, {
          body: emptyBodyOf(route),
        });
        return `${nameOf(route)}: ${status} ${body.code} at ${body.field}`;
      }),
    );
    expect(answers).not.toEqual([]);
    expect(answers).toEqual(asked.map(({ route, key }) => `${nameOf(route)}: 400 invalid_request at ${key}`));
  });

  it('has nothing at an address with such a character', async () => {
    const named = server.routes.filter((route) => isForPeople(route) && /[:*]/.test(route.path));
    const answers = await Promise.all(
      named.map(async (route) => {
        const path = pathOf(route).replace(/(greenhouses|some-id|a\/b)(?!.*(some-id|a\/b))/, 'a%00b');
        const { status, body } = await server.request(route.method, path, { body: emptyBodyOf(route) });
        return `${nameOf(route)}: ${status} ${body.code}`;
      }),
    );
    expect(answers).not.toEqual([]);
    expect(answers).toEqual(named.map((route) => `${nameOf(route)}: 404 not_found`));
  });

  it('takes a content type without a body for no body', async () => {
    const bodyless = server.routes.filter(
      ({ body, method, path }) => !body && method !== 'GET' && path.includes('/:id'),
    );
    const answers = await Promise.all(
      bodyless.map(async (route) => {
        const headers = { 'content-type': 'application/json' };
        const { body } = await server.request(route.method, pathOf(route), { headers, body: '' });
        return `${nameOf(route)}: ${body.code}`;
      }),
    );
    expect(answers).not.toEqual([]);
    expect(answers).toEqual(bodyless.map((route) => `${nameOf(route)}: not_found`));
  });

  it('refuses every other method, names its own, and says nothing of what is there', async () => {
    const paths = [...new Set(server.routes.map((route) => route.path))];
    const answers = await Promise.all(
      paths
        .flatMap((path) => {
          const [route, ...others] = server.routes.filter((route) => route.path === path) as [Route, ...Route[]];
          const own = [route, ...others].map(({ method }) => method as string);
          const allowed = `405 method_not_allowed ${own.join(', ')}`;
          return ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']
            .filter((method) => !own.includes(method))
            .flatMap((method) =>
              [pathOf(route), pathOf(route).replace('greenhouses', 'none')].map((path) => ({ method, path, allowed })),
            );
        })
        .map(async ({ method, path, allowed }) => {
          const { status, body, headers } = await server.request(method, path, { token: null });
          return { is: `${status} ${body.code} ${headers.get('allow')}`, allowed };
        }),
    );
    expect(answers).not.toEqual([]);
    expect(answers.map(({ is }) => is)).toEqual(answers.map(({ allowed }) => allowed));
  });

  it('that stands beside the projects has a first word that no project can have as its key', () => {
    const words = server.routes.map((route) => /^\/api\/v2\/([a-z][a-z0-9-]*)/.exec(route.path)?.[1]);
    const free = words.filter((word) => word !== undefined && !isReservedKey(word));
    expect(free).toEqual([]);
  });
});

describe('the OpenAPI document', () => {
  it('is valid', async () => {
    const { body } = await server.request('GET', '/api/v2/openapi.json', { token: null });
    expect(await validate(body)).toEqual({ valid: true, warnings: [], specification: 'OpenAPI' });
  });

  it('has every route of the server, with what it needs and answers', async () => {
    const { body } = await server.request('GET', '/api/v2/openapi.json', { token: null });
    const missing = server.routes.filter((route) => {
      const call = body.paths[documentPathOf(route)]?.[route.method.toLowerCase()];
      return !call?.summary || call.responses[String(route.status ?? 200)] === undefined;
    });
    expect(missing.map(nameOf)).toEqual([]);
  });
});

/** Calls each route without a body: who calls is checked before anything else. */
async function answersOf(routes: Route[], token: string | null): Promise<string[]> {
  const answers = routes.map(async (route) => {
    const { status, body } = await server.request(route.method, pathOf(route), { token });
    return `${nameOf(route)}: ${status} ${body.code}`;
  });
  return Promise.all(answers);
}

function nameOf(route: Route): string {
  return `${route.method} ${route.path}`;
}

function pathOf(route: Route): string {
  return route.path
    .replace(':project_key', 'greenhouses')
    .replaceAll(/:[a-z_0-9]+/g, 'some-id')
    .replace('*', 'a/b');
}

function unstorableBodyOf(route: Route) {
  const headers = { 'content-type': 'application/json' };
  if (route.bodyForm === 'text') return { headers, body: '{"flows":{"app":"a\\u0000b"}}' };
  return { headers, body: '{"a":{"b":["fine","a\\ud800b"]}}' };
}

/** A body that every form takes, so that what is refused is something else. */
function emptyBodyOf({ method }: Route): object | undefined {
  return method === 'GET' || method === 'DELETE' ? undefined : {};
}

/** The keys of a route's query that are texts. */
function keysOf(route: Route): string[] {
  return route.query instanceof z.ZodObject ? Object.keys(route.query.shape) : [];
}

function isForPeople(route: Route): boolean {
  return !route.path.startsWith('/device/');
}

/** What is wrong with its body is its answer, and no refusal. */
function saysFaults({ path }: Route): boolean {
  return path.endsWith('/update-flows/check');
}

/** About the person in front of a browser: a token is not enough. */
function needsSession({ path, access }: Route): boolean {
  return path.startsWith('/api/v2/session') && access.role !== null;
}

function documentPathOf(route: Route): string {
  return route.path.replaceAll(/:([a-z_0-9]+)/g, '{$1}').replace('*', '{*}');
}

/** The devices' doors, but for those by which a device comes in. */
function isForDevices(route: Route): boolean {
  return route.path.startsWith('/device/') && !isOpenToEverybody(nameOf(route));
}

/** Health, metrics (on the same machine), the document, the agent's program and its script, the ways in for people and devices, and the deploy doors, whose token is in the body. */
function isOpenToEverybody(name: string): boolean {
  return /^(GET \/(healthz|readyz|metrics|install\.sh|agent\/(manifest\.json|files\/:name)|api\/v2\/openapi\.json|device\/v1\/challenge)|POST \/(api\/v2\/session(\/by-link)?|device\/v1\/(join|session)|v[12]\/deploy_update))$/.test(
    name,
  );
}
