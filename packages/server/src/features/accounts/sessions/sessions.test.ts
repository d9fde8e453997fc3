import { startTestServer, type TestServer } from '@tideway/testkit';
import { sql } from 'kysely';
import { Secret, TOTP } from 'otpauth';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { oneRow, rows } from '../../../platform/database/database.ts';
import { defaultLimits } from '../../../platform/limits/limits.ts';
import { createSignInLink } from './sign-in-by-link.ts';

const password = 'a long tide comes in';
const unlimited = { perS: 0, burst: 1 };
let server: TestServer;
let email: string;

beforeAll(async () => {
  const limits = {
    ...defaultLimits,
    tokenCalls: unlimited,
    failedAuthentications: unlimited,
    failedSignIns: unlimited,
  };
  server = await startTestServer({ limits });
  email = (await oneRow<{ email: string }>(server.db, sql`select email from account_user`)).email;
});

afterAll(() => server.stop());

describe('a link', () => {
  it('signs its user in once, who then sets a password', async () => {
    const { token } = await createSignInLink(server.db, null);
    const opened = await call('POST', '/session/by-link', { body: { token } });
    expect([opened.status, opened.body]).toMatchObject([
      201,
      { user: { email, role: 'owner' }, has_password: false, has_second_factor: false, by_link: true },
    ]);
    expect(opened.headers.get('set-cookie')).toMatch(
      /^tideway_session=tws_[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=1209600$/,
    );
    expect((await call('POST', '/session/by-link', { body: { token } })).body.code).toBe('invalid_token');

    const cookie = cookieIn(opened);
    const tooShort = await call('PUT', '/session/password', { cookie, body: { new_password: 'short' } });
    expect([tooShort.status, tooShort.body.field]).toEqual([400, 'new_password']);
    expect((await call('PUT', '/session/password', { cookie, body: { new_password: password } })).status).toBe(204);
    expect((await call('GET', '/session', { cookie })).body).toMatchObject({ has_password: true, by_link: false });
  });

  it('is void when another one was made, and a day later', async () => {
    const first = await createSignInLink(server.db, email);
    const second = await createSignInLink(server.db, email.toUpperCase());
    expect((await call('POST', '/session/by-link', { body: { token: first.token } })).status).toBe(401);
    const other = await startTestServer();
    const late = await createSignInLink(other.db, null);
    await other.shiftClock('25 hours');
    const answer = await other.request('POST', '/api/v2/session/by-link', { token: null, body: { token: late.token } });
    expect(answer.status).toBe(401);
    await other.stop();
    expect((await call('POST', '/session/by-link', { body: { token: second.token } })).status).toBe(201);
    await expect(createSignInLink(server.db, 'nobody@example.org')).rejects.toThrow('There is no user');
  });
});

describe('a session', () => {
  it('is opened by the password and opens what a token of the user opens', async () => {
    const cookie = await signIn();
    expect((await call('GET', '/session', { cookie })).body.user.email).toBe(email);
    const made = await call('POST', '/projects', { cookie, body: { name: 'Tides' } });
    expect(made.status).toBe(201);
    expect((await call('GET', '/tides/devices', { cookie })).status).toBe(200);
    const events = await call('GET', '/audit-events', { cookie });
    expect(events.body.items[0]).toMatchObject({ actor: email, action: 'project.created' });
  });

  it.each([
    ['an unknown email', { email: 'nobody@example.org', password }, 'password'],
    ['a wrong password', { email: undefined, password: `${password}!` }, 'password'],
  ])('is not opened by %s', async (_what, wrong, field) => {
    const tried = { ...wrong, email: wrong.email ?? email };
    const { status, body, headers } = await call('POST', '/session', { body: tried });
    expect([status, body.code, body.field]).toEqual([401, 'wrong_credentials', field]);
    expect(headers.get('set-cookie')).toBeNull();
  });

  it('changes nothing for a page of somebody else', async () => {
    const cookie = await signIn();
    for (const origin of ['http://evil.example', 'null', undefined]) {
      const { status, body } = await call('POST', '/projects', { cookie, origin, body: { name: 'Evil' } });
      expect([origin, status, body.code]).toEqual([origin, 403, 'forbidden']);
    }
    expect((await call('GET', '/session', { cookie, origin: undefined })).status).toBe(200);
  });

  it('ends in this browser, or everywhere', async () => {
    const [first, second, third] = [await signIn(), await signIn(), await signIn()];
    const ended = await call('DELETE', '/session', { cookie: first });
    expect([ended.status, ended.headers.get('set-cookie')]).toEqual([204, expect.stringContaining('Max-Age=0')]);
    expect(await statuses(first, second)).toEqual([401, 200]);
    await call('DELETE', '/session/everywhere', { cookie: second });
    expect(await statuses(second, third)).toEqual([401, 401]);
  });

  it('ends in other browsers when the password is changed, which needs the old one', async () => {
    const [here, there] = [await signIn(), await signIn()];
    const without = await call('PUT', '/session/password', { cookie: here, body: { new_password: password } });
    expect([without.status, without.body.field]).toEqual([401, 'old_password']);
    const change = { old_password: password, new_password: password };
    expect((await call('PUT', '/session/password', { cookie: here, body: change })).status).toBe(204);
    expect(await statuses(here, there)).toEqual([200, 401]);
  });

  it('ends when it was not used for two weeks, and lasts while it is', async () => {
    const other = await startTestServer();
    const { token } = await createSignInLink(other.db, null);
    const opened = await other.request('POST', '/api/v2/session/by-link', { token: null, body: { token } });
    const headers = { cookie: cookieIn(opened) };
    const look = async () => (await other.request('GET', '/api/v2/session', { token: null, headers })).status;
    for (const [passed, status] of [
      ['10 days', 200],
      ['20 days', 200],
      ['35 days', 401],
    ] as const) {
      await other.shiftClock(passed);
      expect([passed, await look()]).toEqual([passed, status]);
    }
    await other.stop();
  });

  it('leaves nothing of itself, and of no password, in the database', async () => {
    const cookie = await signIn();
    const kept = await rows(
      server.db,
      sql`select to_json(s) as s from browser_session s union all select to_json(u) from account_user u union all select to_json(e) from audit_event e`,
    );
    expect(JSON.stringify(kept)).not.toContain(cookie.slice('tideway_session='.length));
    expect(JSON.stringify(kept)).not.toContain(password);
  });
});

describe('a second factor', () => {
  it('counts once it is confirmed, and each of its codes once', async () => {
    const cookie = await signIn();
    const { body: offer } = await call('POST', '/session/second-factor/offer', { cookie });
    expect(offer.url).toContain('otpauth://totp/Tideway:');
    onTestFinished(() => server.shiftClock('0 seconds'));
    const now = await moveToBeginOfPeriod();
    const codeAt = (periods: number) =>
      new TOTP({ secret: Secret.fromBase32(offer.secret) }).generate({ timestamp: now + periods * periodMs });
    const confirm = (code: string, own = password) =>
      call('PUT', '/session/second-factor', { cookie, body: { password: own, secret: offer.secret, code } });
    expect((await confirm(codeAt(5))).body).toMatchObject({ code: 'wrong_credentials', field: 'code' });
    expect((await confirm(codeAt(-1), 'wrong')).body).toMatchObject({ code: 'wrong_credentials', field: 'password' });
    expect((await confirm(codeAt(-1))).status).toBe(204);
    expect((await confirm(codeAt(0))).body.code).toBe('wrong_state');

    const attempt = async (code?: string) => (await call('POST', '/session', { body: { email, password, code } })).body;
    expect(await attempt()).toMatchObject({ code: 'wrong_credentials', field: 'code' });
    expect(await attempt(codeAt(-1))).toMatchObject({ code: 'wrong_credentials', field: 'code' });
    expect(await attempt('12 34 5')).toMatchObject({ code: 'invalid_request', field: 'code' });
    expect(await attempt(codeAt(0))).toMatchObject({ has_second_factor: true });
    expect(await attempt(codeAt(0))).toMatchObject({ code: 'wrong_credentials', field: 'code' });

    const removed = await call('POST', '/session/second-factor/removal', {
      cookie,
      body: { password, code: codeAt(1) },
    });
    expect(removed.status).toBe(204);
    expect(await attempt()).toMatchObject({ has_second_factor: false });
    const kept = await rows(server.db, sql`select to_json(e) as e from audit_event e`);
    expect(JSON.stringify(kept)).not.toContain(offer.secret);
  });
});

describe('who guesses a password', () => {
  it('waits, whether for one email or from one address', async () => {
    const slow = await startTestServer({ limits: { ...defaultLimits, failedSignIns: { perS: 0.001, burst: 3 } } });
    const guess = async (who: string) => {
      const body = { email: who, password: 'guessed it' };
      return (await slow.request('POST', '/api/v2/session', { token: null, body })).status;
    };
    expect([await guess('a@x.org'), await guess('a@x.org'), await guess('b@x.org')]).toEqual([401, 401, 401]);
    expect(await guess('c@x.org')).toBe(429);
    await slow.stop();
  });
});

const periodMs = 30_000;

/** Moves the server's clock to where a code of the period before counts for as long as it ever does; gives that time. */
async function moveToBeginOfPeriod(): Promise<number> {
  const atMs = Date.now();
  const beginMs = Math.ceil(atMs / periodMs) * periodMs;
  await server.shiftClock(`${beginMs - atMs} milliseconds`);
  return beginMs;
}

type Options = { cookie?: string; origin?: string | undefined; body?: unknown };

function call(method: string, path: string, { cookie, body, ...rest }: Options = {}) {
  const origin = 'origin' in rest ? rest.origin : server.url;
  const headers = { ...(cookie && { cookie }), ...(origin && { origin }) };
  return server.request(method, `/api/v2${path}`, { token: null, headers, ...(body !== undefined && { body }) });
}

async function signIn(): Promise<string> {
  const opened = await call('POST', '/session', { body: { email, password } });
  expect(opened.status).toBe(201);
  return cookieIn(opened);
}

function cookieIn({ headers }: { headers: Headers }): string {
  return /^[^;]+/.exec(headers.get('set-cookie') ?? '')?.[0] ?? '';
}

async function statuses(...cookies: string[]): Promise<number[]> {
  const found = [];
  for (const cookie of cookies) found.push((await call('GET', '/session', { cookie })).status);
  return found;
}
