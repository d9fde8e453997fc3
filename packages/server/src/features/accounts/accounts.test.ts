import { type Answer, createTokenOf, startTestServer, type TestServer } from '@tideway/testkit';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { execute, oneRow, rows } from '../../platform/database/database.ts';
import { createTokenOnThisMachine } from './create-token-on-this-machine.ts';
import { ensureOwner } from './ensure-owner.ts';
import { createInstallation } from './installation.ts';

const tokens = '/api/v2/access-tokens';
let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
});

afterAll(() => server.stop());

describe('an access token', () => {
  it('is shown once, and only its hash is kept', async () => {
    const created = await server.request('POST', tokens, { body: { name: 'pipeline', role: 'operator' } });
    const list = await server.request('GET', tokens);

    expect(created.status).toBe(201);
    expect(created.body.token).toMatch(/^twu_[\w-]{32,}$/);
    expect(list.body.items).toContainEqual({ ...withoutToken(created.body), name: 'pipeline', role: 'operator' });
    const everything = await rows(server.db, sql`select to_json(t) from access_token t`);
    const audit = await server.request('GET', '/api/v2/audit-events');
    expect(JSON.stringify([list.body, audit.body, everything])).not.toContain(created.body.token);
  });

  it('has at most the role of the token that makes it', async () => {
    const operator = await createTokenOf(server, 'operator');
    const higher = await server.request('POST', tokens, { token: operator, body: { name: 'up', role: 'admin' } });
    const same = await server.request('POST', tokens, { token: operator, body: { name: 'same', role: 'operator' } });

    expect([higher.status, higher.body.code, higher.body.field]).toEqual([403, 'forbidden', 'role']);
    expect(same.status).toBe(201);
  });

  it('opens no door once it is revoked', async () => {
    const { body } = await server.request('POST', tokens, { body: { name: 'short', role: 'viewer' } });
    expect((await server.request('GET', '/api/v2/projects', { token: body.token })).status).toBe(200);

    expect((await server.request('DELETE', `${tokens}/${body.id}`)).status).toBe(204);
    const after = await server.request('GET', '/api/v2/projects', { token: body.token });
    expect([after.status, after.body.code]).toEqual([401, 'invalid_token']);
    expect((await server.request('DELETE', `${tokens}/${body.id}`)).status).toBe(404);
  });

  it('opens no door after its end date, by the clock of the database', async () => {
    const other = await startTestServer();
    const expires_at = new Date(Date.now() + 3_600_000).toISOString();
    const { body } = await other.request('POST', tokens, { body: { name: 'an hour', role: 'viewer', expires_at } });
    expect(body.expires_at).toBe(expires_at);
    expect((await other.request('GET', '/api/v2/projects', { token: body.token })).status).toBe(200);

    await other.shiftClock('61 minutes');
    expect((await other.request('GET', '/api/v2/projects', { token: body.token })).status).toBe(401);
    await other.stop();
  });

  it('cannot be made with an end date that has passed or is none', async () => {
    for (const expires_at of ['2001-01-01T00:00:00Z', '0000-01-01T00:00:00Z', 'tomorrow', '2030-02-30T00:00:00Z']) {
      const { status, body } = await server.request('POST', tokens, {
        body: { name: 'x', role: 'viewer', expires_at },
      });
      expect([expires_at, status, body.code, body.field]).toEqual([expires_at, 400, 'invalid_request', 'expires_at']);
    }
  });

  it('of somebody else is seen and revoked by owners only', async () => {
    const admin = await createTokenOf(server, 'admin', { projects: [] });
    const mine = await server.request('POST', tokens, { body: { name: "the owner's", role: 'viewer' } });

    const listed = await server.request('GET', tokens, { token: admin });
    expect(listed.body.items.map((item: { role: string }) => item.role)).toEqual(['admin']);
    expect((await server.request('DELETE', `${tokens}/${mine.body.id}`, { token: admin })).status).toBe(404);

    const adminsId = listed.body.items[0].id;
    expect((await server.request('DELETE', `${tokens}/${adminsId}`)).status).toBe(204);
    expect((await server.request('GET', tokens, { token: admin })).status).toBe(401);
  });

  it('of another account is as if it did not exist', async () => {
    const stranger = await server.createAccount('stranger');
    const mine = await server.request('POST', tokens, { body: { name: 'mine', role: 'viewer' } });
    const listed = await server.request('GET', tokens, { token: stranger.token });

    expect(listed.body.items).toHaveLength(1);
    expect((await server.request('DELETE', `${tokens}/${mine.body.id}`, { token: stranger.token })).status).toBe(404);
  });

  it('with a low role cannot revoke one with a higher role of the same user', async () => {
    const viewer = await createTokenOf(server, 'viewer');
    const higher = await server.request('POST', tokens, { body: { name: 'deploys', role: 'operator' } });
    const { status, body } = await server.request('DELETE', `${tokens}/${higher.body.id}`, { token: viewer });
    expect([status, body.code]).toEqual([403, 'forbidden']);
  });

  it('whose list is long comes in pages, without gaps and repeats', async () => {
    const all = await server.request('GET', tokens);
    const first = await server.request('GET', `${tokens}?limit=2`);
    const second = await server.request('GET', `${tokens}?limit=1000&after=${first.body.next}`);

    expect(first.body.items).toHaveLength(2);
    const idsOf = (pages: Answer[]) => pages.flatMap(({ body }) => body.items.map(({ id }: { id: string }) => id));
    expect(idsOf([first, second])).toEqual(idsOf([all]));
    expect(second.body.next).toBeNull();
  });

  it('is refused with the field that is wrong', async () => {
    const bodies: [unknown, string][] = [
      [{ role: 'viewer' }, 'name'],
      [{ name: 'x', role: 'king' }, 'role'],
      [{ name: 'x\u0000', role: 'viewer' }, 'name'],
      [{ name: 'x'.repeat(10_000), role: 'viewer' }, 'name'],
      [{ name: 'x', role: 'viewer', rule: 1 }, 'rule'],
    ];
    for (const [body, field] of bodies) {
      const answer = await server.request('POST', tokens, { body });
      expect([answer.status, answer.body.code, answer.body.field]).toEqual([400, 'invalid_request', field]);
    }
  });
});

describe('the command line of the server', () => {
  it('makes a token of any role, which belongs to the owner', async () => {
    const { id, token } = await createTokenOnThisMachine(server.db, { role: 'operator', name: 'by hand' });
    const made = await server.request('GET', '/api/v2/projects', { token });
    const audit = await server.request('GET', '/api/v2/audit-events?limit=1');

    expect(made.status).toBe(200);
    expect(audit.body.items[0]).toMatchObject({ action: 'access_token.created', target: id, actor: 'command line' });
  });
});

describe('the audit log', () => {
  it('says who changed what, from where, newest first', async () => {
    await server.request('POST', '/api/v2/projects', { body: { name: 'Audited' } });
    await server.request('POST', '/api/v2/audited/groups', { body: { name: 'North' } });
    const { body } = await server.request('GET', '/api/v2/audit-events?limit=2');

    expect(body.items.map((event: { action: string }) => event.action)).toEqual(['group.created', 'project.created']);
    expect(body.items[0]).toMatchObject({
      actor: expect.stringContaining('@example.org'),
      access_token_id: expect.stringMatching(/^tk-/),
      address: expect.stringContaining('127.0.0.1'),
      target: 'North',
      project_key: 'audited',
      before: null,
      after: { name: 'North' },
    });
    const older = await server.request('GET', `/api/v2/audit-events?limit=1&after=${body.next}`);
    expect(Number(older.body.items[0].id)).toBeLessThan(Number(body.items[1].id));
  });

  it('shows nothing of other accounts, and to limited users nothing of other projects', async () => {
    const stranger = await server.createAccount('curious');
    const theirs = await server.request('GET', '/api/v2/audit-events', { token: stranger.token });
    const targets = theirs.body.items.map((event: { action: string }) => event.action);
    expect(targets).toEqual(['access_token.created', 'account.created']);

    const limited = await createTokenOf(server, 'admin', { projects: [] });
    expect((await server.request('GET', '/api/v2/audit-events', { token: limited })).body.items).toEqual([]);
  });

  it('is narrowed by project, actor, what was done, and a part of who did it or to what', async () => {
    await server.request('POST', '/api/v2/projects', { body: { name: 'Narrow' } });
    await server.request('POST', '/api/v2/narrow/groups', { body: { name: 'North 100%' } });
    await server.request('POST', '/api/v2/narrow/tags', { body: { name: 'north' } });
    const { body } = await server.request('GET', '/api/v2/audit-events?project_key=narrow');
    const all = ['tag.created', 'group.created', 'project.created'];
    expect(body.items.map((event: { action: string }) => event.action)).toEqual(all);

    const { actor } = body.items[0];
    const others = body.items[2].target;
    expect(await actionsOf(`project_key=narrow&actor=${encodeURIComponent(actor)}`)).toEqual(all);
    expect(await actionsOf('project_key=narrow&action=group.')).toEqual(['group.created']);
    expect(await actionsOf('project_key=narrow&action=_')).toEqual([]);
    expect(await actionsOf('project_key=narrow&search=NORTH')).toEqual(['tag.created', 'group.created']);
    expect(await actionsOf(`project_key=narrow&search=${others}`)).toEqual(['project.created']);
    expect(await actionsOf('project_key=narrow&search=100%25')).toEqual(['group.created']);
    expect(await actionsOf('project_key=narrow&limit=1&action=project.')).toEqual(['project.created']);
    for (const nothing of ['project_key=none', 'actor=nobody', 'action=none.', 'search=none%25']) {
      expect(await actionsOf(nothing)).toEqual([]);
    }
  });

  it('that is narrowed shows limited users nothing of other projects', async () => {
    await server.request('POST', '/api/v2/projects', { body: { name: 'Hidden' } });
    await server.request('POST', '/api/v2/projects', { body: { name: 'Seen' } });
    const token = await createTokenOf(server, 'admin', { projects: ['seen'] });
    expect(await actionsOf('project_key=hidden', token)).toEqual([]);
    expect(await actionsOf('action=project.', token)).toEqual(['project.created']);
    expect(await actionsOf('search=hidden', token)).toEqual([]);
  });

  it.each([
    ['action', 65],
    ['actor', 321],
    ['project_key', 129],
    ['search', 129],
  ])('refuses what is too long as its %s', async (key, length) => {
    const { status, body } = await server.request('GET', `/api/v2/audit-events?${key}=${'x'.repeat(length)}`);
    expect([status, body.code, body.field]).toEqual([400, 'invalid_request', key]);
  });

  it('refuses a cursor that no page gave', async () => {
    const { status, body } = await server.request('GET', '/api/v2/audit-events?after=x%27');
    expect([status, body.field]).toEqual([400, 'after']);
  });
});

describe('the first start', () => {
  it('makes one account, however many servers start at once', async () => {
    const other = await startTestServer();
    await execute(other.db, sql`truncate account cascade`);
    const owner = { email: 'owner@example.org', password: 'secret' };
    const made = await Promise.all([1, 2, 3].map(() => ensureOwner(other.db, owner)));

    expect(made.filter((first) => first)).toHaveLength(1);
    expect(await ensureOwner(other.db, owner)).toBe(false);
    expect(await oneRow(other.db, sql`select count(*) as accounts from account`)).toEqual({ accounts: 1 });
    await other.stop();
  });

  it('makes the installation once, and every start after it finds the same', async () => {
    const again = await createInstallation(server.db, server.deps.randomBytes);
    expect(again).toEqual(server.deps.installation);
    expect(again.publicId).toMatch(/^in-\w{4}-\w{4}$/);
    expect(again.ticketKey).toHaveLength(32);
  });
});

function withoutToken({ token: _, ...shown }: Record<string, unknown>): Record<string, unknown> {
  return shown;
}

async function actionsOf(query: string, token: string = server.owner.token): Promise<string[]> {
  const { body } = await server.request('GET', `/api/v2/audit-events?${query}`, { token });
  return body.items.map((event: { action: string }) => event.action);
}
