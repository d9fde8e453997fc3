import { validate } from '@readme/openapi-parser';
import { roleCovers } from '@tideway/protocol';
import { createTokenOf, startTestServer, type TestServer } from '@tideway/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isReservedKey } from './features/projects/project-key.rules.ts';
import type { Route } from './platform/http/route.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
  await server.request('POST', '/api/v2/projects', { body: { name: 'Greenhouses' } });
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

function documentPathOf(route: Route): string {
  return route.path.replaceAll(/:([a-z_0-9]+)/g, '{$1}').replace('*', '{*}');
}

/** The devices' doors, but for those by which a device comes in. */
function isForDevices(route: Route): boolean {
  return route.path.startsWith('/device/') && !isOpenToEverybody(nameOf(route));
}

/** Health, metrics (on the same machine), the document, the way in for devices, and the deploy doors, whose token is in the body. */
function isOpenToEverybody(name: string): boolean {
  return /^(GET \/(healthz|readyz|metrics|api\/v2\/openapi\.json|device\/v1\/challenge)|POST \/(device\/v1\/(join|session)|v[12]\/deploy_update))$/.test(
    name,
  );
}
