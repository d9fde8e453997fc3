import { createTokenOf, startTestServer, type TestServer } from '@tideway/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let server: TestServer;
let owner: string;
let count = 0;

beforeAll(async () => {
  server = await startTestServer();
  for (const name of ['North', 'South']) await server.request('POST', '/api/v2/projects', { body: { name } });
  owner = (await call('GET', '/users')).body.items[0].id;
});

afterAll(() => server.stop());

describe('a user', () => {
  it('is let in by an owner, and signs in by the link', async () => {
    const { status, body: user } = await invite({ role: 'operator' });
    expect([status, user]).toMatchObject([201, { role: 'operator', projects: null, has_password: false }]);
    const cookie = await signIn(user.sign_in_token);
    expect((await call('GET', '/session', { cookie })).body.user).toEqual({
      id: user.id,
      email: user.email,
      role: 'operator',
    });
    expect((await call('GET', '/north/devices', { cookie })).status).toBe(200);
    expect((await call('GET', '/users', { cookie })).body.code).toBe('forbidden');

    await server.deps.lastUses.writeAll();
    const { body: listed } = await call('GET', '/users');
    const { sign_in_token: secret, ...shown } = user;
    expect(listed.items).toContainEqual({ ...shown, last_seen_at: expect.any(String) });
    const events = await call('GET', '/audit-events');
    expect(JSON.stringify([listed, events.body])).not.toContain(secret);
  });

  it('may be limited to projects, and be given others', async () => {
    const { body: user } = await invite({ role: 'viewer', projects: ['south'] });
    const cookie = await signIn(user.sign_in_token);
    const seen = async () => {
      const found = [];
      for (const key of ['north', 'south']) found.push((await call('GET', `/${key}/devices`, { cookie })).status);
      return found;
    };
    expect(await seen()).toEqual([404, 200]);
    const changed = await call('PATCH', `/users/${user.id}`, { body: { projects: ['north'] } });
    expect(changed.body).toMatchObject({ role: 'viewer', projects: ['north'] });
    expect(await seen()).toEqual([200, 404]);
    await call('PATCH', `/users/${user.id}`, { body: { projects: null, role: 'admin' } });
    expect(await seen()).toEqual([200, 200]);
    expect((await call('GET', '/users', { cookie })).status).toBe(200);
  });

  it('who is deleted has no door left, and the email is free again', async () => {
    const { body: user } = await invite({ role: 'admin' });
    const cookie = await signIn(user.sign_in_token);
    const { body: made } = await call('POST', '/access-tokens', { cookie, body: { name: 'mine', role: 'viewer' } });
    expect((await server.request('GET', '/api/v2/projects', { token: made.token })).status).toBe(200);
    const { body: renewed } = await call('POST', `/users/${user.id}/sign-in-link`);
    expect((await call('DELETE', `/users/${user.id}`)).status).toBe(204);
    expect((await call('GET', '/session', { cookie })).status).toBe(401);
    expect((await server.request('GET', '/api/v2/projects', { token: made.token })).status).toBe(401);
    expect((await open(renewed.sign_in_token)).status).toBe(401);
    expect((await call('DELETE', `/users/${user.id}`)).status).toBe(404);
    expect((await call('POST', '/users', { body: { email: user.email, role: 'viewer' } })).status).toBe(201);
  });

  it('of whom there is one only stays the owner', async () => {
    for (const body of [{ role: 'admin' }, undefined]) {
      const { body: refused } = await call(body ? 'PATCH' : 'DELETE', `/users/${owner}`, { body });
      expect(refused).toMatchObject({ code: 'wrong_state', error_message: expect.stringContaining('the only owner') });
    }
    const { body: second } = await invite({ role: 'owner' });
    const cookie = await signIn(second.sign_in_token);
    const both = await Promise.all([
      call('PATCH', `/users/${owner}`, { cookie, body: { role: 'admin' } }),
      call('PATCH', `/users/${second.id}`, { body: { role: 'admin' } }),
    ]);
    expect(both.map(({ status }) => status).toSorted()).toContain(200);
    expect(both.filter(({ status }) => status === 200)).toHaveLength(1);
    const left = both[0].status === 200 ? { cookie } : {};
    await call('PATCH', `/users/${owner}`, { ...left, body: { role: 'owner' } });
  });

  it.each([
    [{ email: 'nobody', role: 'viewer' }, 400, 'invalid_request', 'email'],
    [{ email: 'a@example.org', role: 'king' }, 400, 'invalid_request', 'role'],
    [{ email: 'a@example.org', role: 'viewer', projects: ['south', 'west'] }, 400, 'unknown_project', 'projects[1]'],
    [{ email: 'a@example.org', role: 'viewer', password: 'x' }, 400, 'invalid_request', undefined],
  ])('is not let in by %j', async (body, status, code, field) => {
    const refused = await call('POST', '/users', { body });
    expect([refused.status, refused.body.code]).toEqual([status, code]);
    if (field) expect(refused.body.field).toBe(field);
    expect((await call('GET', '/users')).body.items.map(({ email }: { email: string }) => email)).not.toContain(
      'a@example.org',
    );
  });

  it('is not let in twice, nor by who is no owner, nor seen by another account', async () => {
    const { body: user } = await invite({ role: 'viewer' });
    const again = await call('POST', '/users', { body: { email: user.email.toUpperCase(), role: 'viewer' } });
    expect([again.status, again.body.field]).toEqual([409, 'email']);
    const token = await createTokenOf(server, 'admin');
    const byAdmin = await server.request('POST', '/api/v2/users', {
      token,
      body: { email: 'b@x.org', role: 'viewer' },
    });
    expect(byAdmin.status).toBe(403);
    const { token: stranger } = await server.createAccount('stranger');
    const listed = await server.request('GET', '/api/v2/users', { token: stranger });
    expect(JSON.stringify(listed.body)).not.toContain(user.email);
    for (const [method, path] of [
      ['PATCH', ''],
      ['DELETE', ''],
      ['POST', '/sign-in-link'],
    ]) {
      const body = method === 'PATCH' ? { body: { role: 'owner' } } : {};
      const answer = await server.request(method ?? '', `/api/v2/users/${user.id}${path}`, {
        token: stranger,
        ...body,
      });
      expect([method, answer.status]).toEqual([method, 404]);
    }
  });
});

type Options = { cookie?: string; body?: unknown };

/** As the browser with this cookie, or else with the owner's token. */
function call(method: string, path: string, { cookie, body }: Options = {}) {
  const by = cookie === undefined ? {} : { token: null, headers: { cookie, origin: server.url } };
  return server.request(method, `/api/v2${path}`, { ...by, ...(body !== undefined && { body }) });
}

function invite(user: { role: string; projects?: string[] }) {
  count += 1;
  return call('POST', '/users', { body: { email: `user-${count}@example.org`, ...user } });
}

function open(token: string) {
  return server.request('POST', '/api/v2/session/by-link', { token: null, body: { token } });
}

async function signIn(token: string): Promise<string> {
  const { headers } = await open(token);
  return /^[^;]+/.exec(headers.get('set-cookie') ?? '')?.[0] ?? '';
}
