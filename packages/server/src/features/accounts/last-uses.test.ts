import { createTokenOf, followEvents, makeDeviceFleet, startTestServer, type TestServer } from '@tideway/testkit';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type Db, execute, oneRow, openDatabase } from '../../platform/database/database.ts';
import { databaseTime } from '../../platform/database/database-time.ts';
import { SwitchablePool } from '../../platform/database/switchable-pool.ts';
import { inTransaction } from '../../platform/database/transaction.ts';
import { defaultLimits } from '../../platform/limits/limits.ts';
import { LastUses } from './last-uses.ts';
import { createSignInLink } from './sessions/sign-in-by-link.ts';

type Token = { id: string; token: string };

let server: TestServer;
let projectPath: string;

beforeAll(async () => {
  const unlimited = { perS: 0, burst: 1 };
  const limits = { ...defaultLimits, tokenCalls: unlimited, failedAuthentications: unlimited, streamCheckS: 0.1 };
  server = await startTestServer({ limits });
  projectPath = (await makeDeviceFleet(server, 'Fields')).path;
});

afterAll(() => server.stop());

describe('the last use of an access token', () => {
  it('is none before the first one, and then when that was', async () => {
    const made = await createToken();
    expect(await lastUseOf(made)).toBeNull();
    const before = await databaseTime(server.db);
    expect(await statusWith(made)).toBe(200);

    const at = new Date((await lastUseOf(made)) ?? 0);
    expect(at.toISOString()).toBe(await lastUseOf(made));
    expect(at.getTime()).toBeGreaterThanOrEqual(before.getTime());
    expect(at.getTime()).toBeLessThanOrEqual((await databaseTime(server.db)).getTime());
  });

  it('is one where the role or the project does not let it do what it asks', async () => {
    const [made, limited] = [await createToken('viewer'), await createTokenOf(server, 'viewer', { projects: [] })];
    const refused = await server.request('POST', `${projectPath}/groups`, { token: made.token, body: { name: 'x' } });
    const hidden = await server.request('GET', `${projectPath}/devices`, { token: limited });
    expect([refused.status, hidden.status]).toEqual([403, 404]);
    expect(await lastUseOf(made)).not.toBeNull();
  });

  it('is one where the token stands in the body of an order', async () => {
    const made = await createToken();
    const body = {
      user_token: made.token,
      flow_id: 'f-0000-0001',
      devices_filter: { project: { name: 'No such one' }, groups: [], filters: [] },
    };
    const order = (sent: object) => server.request('POST', '/v2/deploy_update', { token: null, body: sent });
    expect((await order({ ...body, flow_id: 7 })).body.code).toBe('invalid_request');
    expect(await lastUseOf(made)).toBeNull();
    expect((await order(body)).body.code).toBe('unknown_project');
    expect(await lastUseOf(made)).not.toBeNull();
  });

  it('is none where the token is wrong, expired or revoked, or its user locked out', async () => {
    const other = await startTestServer();
    onTestFinished(() => other.stop());
    const expires_at = new Date(Date.now() + 3_600_000).toISOString();
    const [expired, revoked, wrong] = [
      await createToken('viewer', other, { expires_at }),
      await createToken('viewer', other),
      await createToken('viewer', other),
    ];
    const ofNobody = await createTokenOf(other, 'viewer', { projects: [] });
    await execute(other.db, sql`update account_user set deleted_at = tideway_now() where not all_projects`);
    await other.request('DELETE', `/api/v2/access-tokens/${revoked.id}`);
    await other.shiftClock('61 minutes');
    const shown = [expired.token, revoked.token, `${wrong.token}x`, wrong.token.toUpperCase(), ofNobody, 'twu_', ''];
    for (const token of shown) {
      expect([token, (await other.request('GET', '/api/v2/projects', { token })).status]).toEqual([token, 401]);
    }
    await other.deps.lastUses.writeAll();

    const { used } = await oneRow<{ used: string[] }>(
      other.db,
      sql`select array_agg(name order by name) as used from access_token where last_used_at is not null`,
    );
    expect(used).toEqual(['tests']);
  });

  it('is moved by an event stream that goes on, which hears nothing of it', async () => {
    const made = await createToken();
    const events = await followEvents(server, `${projectPath}/events`, { token: made.token });
    onTestFinished(() => events.close());
    const first = await lastUseOf(made);
    await expect.poll(() => lastUseOf(made), { timeout: 60_000 }).not.toBe(first);

    const device = await server.request('POST', `${projectPath}/devices`, { body: { name: 'a', group: 'Production' } });
    expect(device.status).toBe(201);
    await events.wait(({ name }) => name === 'devices');
    expect(events.received.map(({ name }) => name)).toEqual(['devices']);
  });

  it('stands in no audit log', async () => {
    const made = await createToken();
    const before = await auditLog();
    await statusWith(made);
    await signIn();
    expect(await lastUseOf(made)).not.toBeNull();
    expect((await auditLog()).filter((event) => !before.includes(event))).toEqual([
      expect.stringContaining('sign_in_link.created'),
      expect.stringContaining('session.opened'),
    ]);
  });

  it('is not waited for by any call', async () => {
    const made = await createToken();
    await inTransaction(server.db, async (tx) => {
      await execute(tx, sql`select from access_token where public_id = ${made.id} for update`);
      expect(await statusWith(made)).toBe(200);
      void server.deps.lastUses.writeAll();
      expect(await statusWith(made)).toBe(200);
    });
    expect(await lastUseOf(made)).not.toBeNull();
  });

  it('is written by a server that is stopped, however short before', async () => {
    const other = await startTestServer({}, server);
    const made = await createToken();
    await other.request('GET', '/api/v2/projects', { token: made.token });
    await other.deps.lastUses.writeAll();
    const first = await lastUseOf(made);
    await other.request('GET', '/api/v2/projects', { token: made.token });
    await other.stop();
    expect(Date.parse((await lastUseOf(made)) ?? '')).toBeGreaterThan(Date.parse(first ?? ''));
  });
});

describe('when a user was last seen', () => {
  it('is never before they came, and then when they signed in or called in their session', async () => {
    const body = { email: 'ada@example.org', role: 'viewer' };
    const { body: user } = await server.request('POST', '/api/v2/users', { body });
    expect([user.last_seen_at, await lastSeen(body.email)]).toEqual([null, null]);
    const wrong = { email: body.email, password: 'not hers, this one' };
    expect((await server.request('POST', '/api/v2/session', { token: null, body: wrong })).status).toBe(401);
    const { status } = await server.request('GET', '/api/v2/session', { token: null, headers: cookie('tws_wrong') });
    expect([status, await lastSeen(body.email)]).toEqual([401, null]);

    const headers = await signIn(body.email);
    const signedIn = await lastSeen(body.email);
    expect(signedIn).not.toBeNull();
    expect((await server.request('GET', `${projectPath}/devices`, { token: null, headers })).status).toBe(200);
    expect(Date.parse((await lastSeen(body.email)) ?? '')).toBeGreaterThan(Date.parse(signedIn ?? ''));
  });

  it('does not move with a session that was not opened after all', async () => {
    const other = await startTestServer();
    onTestFinished(() => other.stop());
    const { token } = await createSignInLink(other.db, null);
    await refuseSessionsAtCommit(other.db);
    const { status } = await other.request('POST', '/api/v2/session/by-link', { token: null, body: { token } });
    expect(status).toBe(500);
    await other.deps.lastUses.writeAll();
    expect(await oneRow(other.db, sql`select last_seen_at from account_user`)).toEqual({ last_seen_at: null });
  });

  it('does not move with what a program does by a token of theirs', async () => {
    const email = 'bob@example.org';
    await server.request('POST', '/api/v2/users', { body: { email, role: 'viewer' } });
    const headers = await signIn(email);
    const body = { name: 'script', role: 'viewer' };
    const { body: made } = await server.request('POST', '/api/v2/access-tokens', { token: null, headers, body });
    const seen = await lastSeen(email);
    expect(await statusWith(made)).toBe(200);
    expect([await lastSeen(email), (await lastUseOf(made)) === null]).toEqual([seen, false]);
  });
});

describe('what is noted of uses', () => {
  it('is written at once, and then once a minute at most', async () => {
    const { lastUses, use, made, clock } = await makeLastUses(server.db);
    lastUses.note(use);
    await lastUses.writeDue();
    const first = await rowOf(made);
    expect(first.at).not.toBeNull();

    clock.nowMs += 59_000;
    lastUses.note(use);
    await lastUses.writeDue();
    expect(await rowOf(made)).toMatchObject({ version: first.version });

    clock.nowMs += 2000;
    await lastUses.writeDue();
    const second = await rowOf(made);
    expect(second.version).not.toBe(first.version);
    clock.nowMs += 60_000;
    await lastUses.writeDue();
    expect((await rowOf(made)).version).toBe(second.version);
  });

  it('is written once where two write all of it at the same time', async () => {
    let statements = 0;
    const pool = new SwitchablePool();
    pool.open(server.database.connection);
    onTestFinished(() => pool.close());
    const connect = () => {
      statements++;
      return pool.connect();
    };
    const { lastUses, use } = await makeLastUses(openDatabase({ connect, end: () => pool.end() }));
    lastUses.note(use);
    await Promise.all([lastUses.writeAll(), lastUses.writeAll(), lastUses.writeDue()]);
    expect(statements).toBe(1);
  });

  it('sets nothing back that another server has written', async () => {
    const { lastUses, use, made, clock } = await makeLastUses(server.db);
    lastUses.note(use);
    clock.nowMs += 3_600_000;
    const other = new LastUses(server.deps);
    other.note(use);
    await other.writeAll();
    const { at } = await rowOf(made);
    await lastUses.writeAll();
    expect((await rowOf(made)).at).toEqual(at);
  });

  it('is written with its own time once the database is back', async () => {
    const pool = new SwitchablePool();
    onTestFinished(() => pool.close());
    const { lastUses, use, made, clock } = await makeLastUses(openDatabase(pool));
    lastUses.note(use);
    await lastUses.writeDue();
    pool.open(server.database.connection);
    clock.nowMs += 30_000;
    await lastUses.writeDue();
    expect((await rowOf(made)).at).toBeNull();
    clock.nowMs += 570_000;
    await lastUses.writeDue();
    expect((await rowOf(made)).ageS).toBeGreaterThanOrEqual(600);
  });
});

async function createToken(role = 'operator', at = server, end: { expires_at?: string } = {}): Promise<Token> {
  const body = { name: 'tried', role, ...end };
  return (await at.request('POST', '/api/v2/access-tokens', { body })).body;
}

async function statusWith({ token }: Token): Promise<number> {
  return (await server.request('GET', '/api/v2/projects', { token })).status;
}

/** As the list shows it, with all that is noted. */
async function lastUseOf({ id }: Token): Promise<string | null> {
  await server.deps.lastUses.writeAll();
  const { body } = await server.request('GET', '/api/v2/access-tokens?limit=1000');
  return body.items.find((item: { id: string }) => item.id === id).last_used_at;
}

async function lastSeen(email: string): Promise<string | null> {
  await server.deps.lastUses.writeAll();
  const { body } = await server.request('GET', '/api/v2/users');
  return body.items.find((item: { email: string }) => item.email === email).last_seen_at;
}

/** What the browser of this user, or of the owner, sends with its calls. */
async function signIn(email: string | null = null): Promise<Record<string, string>> {
  const { token } = await createSignInLink(server.db, email);
  const { headers } = await server.request('POST', '/api/v2/session/by-link', { token: null, body: { token } });
  return cookie(/^tideway_session=([^;]+)/.exec(headers.get('set-cookie') ?? '')?.[1] ?? '');
}

function cookie(value: string): Record<string, string> {
  return { cookie: `tideway_session=${value}`, origin: server.url };
}

async function refuseSessionsAtCommit(db: Db): Promise<void> {
  await execute(
    db,
    sql`create function refuse_session() returns trigger language plpgsql as $$ begin raise 'refused'; end $$`,
  );
  await execute(
    db,
    sql`create constraint trigger refuse_session after insert on browser_session
        deferrable initially deferred for each row execute function refuse_session()`,
  );
}

async function auditLog(): Promise<string[]> {
  const { body } = await server.request('GET', '/api/v2/audit-events?limit=1000');
  return body.items.map((event: unknown) => JSON.stringify(event)).toReversed();
}

/** By a clock that the test moves, with a use of a new token. */
async function makeLastUses(db: Db) {
  const made = await createToken();
  const clock = { nowMs: 0 };
  const lastUses = new LastUses({ db, log: server.deps.log }, () => clock.nowMs);
  return { lastUses, use: { userId: 0, tokenId: made.id }, made, clock };
}

/** `version` changes with each write. */
function rowOf({ id }: Token): Promise<{ at: Date | null; ageS: number; version: string }> {
  return oneRow(
    server.db,
    sql`select last_used_at as at, extract(epoch from tideway_now() - last_used_at)::float8 as "ageS",
               xmin::text as version
        from access_token where public_id = ${id}`,
  );
}
