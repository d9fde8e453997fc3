import { createTokenOf, startTestServer, type TestServer } from '@tideway/testkit';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { execute, oneRow } from '../../platform/database/database.ts';

const project = '/api/v2/greenhouses';
const devices = `${project}/devices`;
let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
  await server.request('POST', '/api/v2/projects', { body: { name: 'Greenhouses' } });
  await server.request('POST', '/api/v2/projects', { body: { name: 'Elsewhere' } });
  await server.request('POST', `${project}/groups`, { body: { name: 'North' } });
  for (const name of ['humid', 'dry']) await server.request('POST', `${project}/tags`, { body: { name } });
  for (const name of ['irrigation', 'lamps']) await server.request('POST', `${project}/apps`, { body: { name } });
});

afterAll(() => server.stop());

describe('a device that is registered before it joins', () => {
  it('has what it was given, and a claim token that is shown once', async () => {
    const created = await server.request('POST', devices, {
      body: {
        name: 'pump 1',
        id: 'd-91c4-07aa',
        group: 'North',
        tags: ['humid', 'dry', 'humid'],
        apps: [{ name: 'irrigation', version: 'v3.1' }],
      },
    });
    expect(created.status).toBe(201);
    expect(created.body).toMatchObject({
      id: 'd-91c4-07aa',
      device_uuid: 'd-91c4-07aa',
      name: 'pump 1',
      group: 'North',
      tags: ['dry', 'humid'],
      apps: [{ name: 'irrigation', version: 'v3.1' }],
      drift: [],
      state: 'offline',
      last_contact_at: null,
      update_trigger: 'off',
      needs_approval: false,
      held: false,
      joined_at: null,
      agent: { version: null, os: null, arch: null },
    });
    expect(created.body.claim_token).toMatch(/^twc_[\w-]{32,}$/);

    const { claim_token: token, ...shown } = created.body;
    const got = await server.request('GET', `${devices}/d-91c4-07aa`);
    const audit = await server.request('GET', '/api/v2/audit-events?limit=1');
    expect(got.body).toEqual(shown);
    expect(JSON.stringify([got.body, audit.body])).not.toContain(token);
  });

  it('gets an id of its own where none is given, and no claim token where its key is', async () => {
    const { body } = await server.request('POST', devices, {
      body: { name: 'keyed', group: 'North', public_key: 'k'.repeat(43) },
    });
    expect(body.id).toMatch(/^d-\w{4}-\w{4}$/);
    expect(body.claim_token).toBeNull();
  });

  it('is refused, and nothing is kept, where something of it cannot be', async () => {
    await server.request('POST', devices, {
      body: { name: 'there', id: '4c1d-9be2', group: 'North', public_key: 'z'.repeat(43) },
    });
    const before = await countDevices();
    const refused: [Record<string, unknown>, number, string, string][] = [
      [{ name: 'there' }, 409, 'already_exists', 'name'],
      [{ id: '4c1d-9be2' }, 409, 'already_exists', 'id'],
      [{ public_key: 'z'.repeat(43) }, 409, 'already_exists', 'public_key'],
      [{ id: 'D-4C1D-9BE2' }, 400, 'invalid_request', 'id'],
      [{ public_key: 'short' }, 400, 'invalid_request', 'public_key'],
      [{ group: 'Nowhere' }, 400, 'unknown_group', 'group'],
      [{ group: undefined }, 400, 'invalid_request', 'group'],
      [{ tags: ['humid', 'mistyped'] }, 400, 'unknown_tag', 'tags[1]'],
      [{ apps: [{ name: 'mistyped', version: '1' }] }, 400, 'unknown_app', 'apps[0].name'],
      [{ apps: [{ name: 'lamps' }] }, 400, 'invalid_request', 'apps[0].version'],
      [{ apps: ['1', '2'].map((version) => ({ name: 'lamps', version })) }, 400, 'invalid_request', 'apps'],
      [{ name: 'a\u0000b' }, 400, 'invalid_request', 'name'],
      [{ name: 'x'.repeat(10_000) }, 400, 'invalid_request', 'name'],
      [{ colour: 'red' }, 400, 'invalid_request', 'colour'],
    ];
    for (const [wrong, ...expected] of refused) {
      const { status, body } = await server.request('POST', devices, {
        body: { name: 'new', group: 'North', ...wrong },
      });
      expect([status, body.code, body.field]).toEqual(expected);
    }
    expect(await countDevices()).toBe(before);
  });

  it('is created once, however many ask at once', async () => {
    const answers = await Promise.all(
      [1, 2, 3, 4].map(() => server.request('POST', devices, { body: { name: 'at once', group: 'North' } })),
    );
    expect(answers.map((answer) => answer.status).sort()).toEqual([201, 409, 409, 409]);
  });
});

describe('the list of devices', () => {
  it('is narrowed by group, tags, app, state and a part of the name', async () => {
    const fleet = [
      { name: 'list-a', group: 'Production', tags: ['humid'], apps: [{ name: 'lamps', version: '1' }] },
      { name: 'list-b', group: 'North', tags: ['dry'] },
      { name: 'list-c', group: 'North', tags: [], description: '100% spare_part' },
    ];
    for (const body of fleet) await server.request('POST', devices, { body });
    await showOnline('list-c');

    expect(await listed('search=LIST-')).toEqual(['list-a', 'list-b', 'list-c']);
    expect(await listed('search=list-&group_name=North')).toEqual(['list-b', 'list-c']);
    expect(await listed('search=list-&tags=humid')).toEqual(['list-a']);
    expect(await listed('search=list-&tags=humid&tags=dry')).toEqual(['list-a', 'list-b']);
    expect(await listed('app=lamps')).toEqual(['list-a']);
    expect(await listed('search=list-&state=online')).toEqual(['list-c']);
    expect(await listed('search=list-&state=offline')).toEqual(['list-a', 'list-b']);
    expect(await listed(`search=${encodeURIComponent('0% spare_')}`)).toEqual(['list-c']);
  });

  it.each([
    ['group_name=Nowhere', 'unknown_group', 'group_name'],
    ['tags=humid&tags=humd', 'unknown_tag', 'tags'],
    ['app=lamp', 'unknown_app', 'app'],
  ])('refuses a name that does not exist: %s', async (query, code, field) => {
    const { status, body } = await server.request('GET', `${devices}?${query}`);

    expect([status, body.code, body.field]).toEqual([400, code, field]);
  });

  it('comes in pages without gaps and repeats', async () => {
    const whole = await listed('');
    const pages: string[] = [];
    let after = '';
    do {
      const { body } = await server.request('GET', `${devices}?limit=2${after}`);
      pages.push(...body.items.map((device: { name: string }) => device.name));
      after = body.next === null ? '' : `&after=${body.next}`;
    } while (after !== '');
    expect(pages).toEqual(whole);
  });

  it('refuses parameters that cannot be, with their names', async () => {
    const wrong = [
      'limit=0',
      'limit=1001',
      'limit=x',
      'after=x',
      'state=asleep',
      'search=%00',
      'tags=%00',
      'colour=red',
    ];
    for (const query of wrong) {
      const { status, body } = await server.request('GET', `${devices}?${query}`);
      expect([query, status, body.field]).toEqual([query, 400, query.split('=')[0]]);
    }
  });
});

describe('a change of a device', () => {
  it('replaces what it names and leaves the rest, and is in the audit log', async () => {
    const { body: device } = await server.request('POST', devices, {
      body: { name: 'to change', group: 'North', tags: ['dry'], apps: [{ name: 'lamps', version: '1' }] },
    });
    const changed = await server.request('PATCH', `${devices}/${device.id}`, {
      body: { name: 'changed', tags: ['humid'], apps: [{ name: 'irrigation', version: '2' }], update_trigger: 'on' },
    });
    expect(changed.body).toMatchObject({
      name: 'changed',
      group: 'North',
      tags: ['humid'],
      apps: [{ name: 'irrigation', version: '2' }],
      update_trigger: 'on',
    });
    const audit = await server.request('GET', '/api/v2/audit-events?limit=1');
    expect(audit.body.items[0]).toMatchObject({
      action: 'device.changed',
      target: device.id,
      target_name: 'changed',
      before: { name: 'to change', tags: ['dry'], update_trigger: 'off' },
      after: { name: 'changed', tags: ['humid'], update_trigger: 'on' },
    });
    const emptied = await server.request('PATCH', `${devices}/${device.id}`, { body: { tags: [], apps: [] } });
    expect(emptied.body).toMatchObject({ name: 'changed', tags: [], apps: [] });
  });

  it('keeps the name of its device in the audit log when another one has taken the id', async () => {
    const id = 'd-0000-abcd';
    const register = (name: string) => server.request('POST', devices, { body: { id, name, group: 'North' } });
    expect((await register('the first')).status).toBe(201);
    await server.request('DELETE', `${devices}/${id}`);
    expect((await register('the second')).status).toBe(201);
    const { body } = await server.request('GET', `/api/v2/audit-events?search=${id}`);
    const named = body.items.map((event: Record<string, string>) => [event.action, event.target_name]);
    expect(named).toEqual([
      ['device.created', 'the second'],
      ['device.deleted', 'the first'],
      ['device.created', 'the first'],
    ]);
  });

  it('is refused as a whole where a part of it cannot be', async () => {
    const { body: device } = await server.request('POST', devices, { body: { name: 'whole', group: 'North' } });
    const { status, body } = await server.request('PATCH', `${devices}/${device.id}`, {
      body: { description: 'half done', tags: ['mistyped'] },
    });
    expect([status, body.code, body.field]).toEqual([400, 'unknown_tag', 'tags[0]']);
    expect((await server.request('GET', `${devices}/${device.id}`)).body.description).toBe('');

    const taken = await server.request('PATCH', `${devices}/${device.id}`, { body: { name: 'changed' } });
    expect([taken.status, taken.body.code, taken.body.field]).toEqual([409, 'already_exists', 'name']);
  });

  it('of group, tags and update trigger is for operators, and the rest for admins', async () => {
    const { body: device } = await server.request('POST', devices, { body: { name: 'shared', group: 'North' } });
    const token = await createTokenOf(server, 'operator');
    const path = `${devices}/${device.id}`;
    const allowed = { group: 'Production', tags: ['dry'], update_trigger: 'on' };

    expect((await server.request('PATCH', path, { token, body: allowed })).status).toBe(200);
    for (const body of [{ name: 'x' }, { description: 'x' }, { apps: [] }]) {
      expect((await server.request('PATCH', path, { token, body })).status).toBe(403);
    }
  });
});

describe('a device', () => {
  it('of another project or account is as if it did not exist, at every call', async () => {
    const { body: device } = await server.request('POST', devices, { body: { name: 'ours', group: 'North' } });
    const stranger = await server.createAccount('prying');
    await server.request('POST', '/api/v2/projects', { token: stranger.token, body: { name: 'Greenhouses' } });
    const calls: [string, string, unknown][] = [
      ['GET', '', undefined],
      ['PATCH', '', { description: 'x' }],
      ['DELETE', '', undefined],
      ['POST', '/approve', undefined],
      ['POST', '/rekey', undefined],
    ];
    for (const [method, rest, body] of calls) {
      const elsewhere = await server.request(method, `/api/v2/elsewhere/devices/${device.id}${rest}`, { body });
      const { token } = stranger;
      const theirs = await server.request(method, `${devices}/${device.id}${rest}`, { body, token });
      expect([elsewhere.status, theirs.status]).toEqual([404, 404]);
      expect([elsewhere.body.code, theirs.body.code]).toEqual(['not_found', 'not_found']);
    }
    expect((await server.request('GET', `${devices}/${device.id}`)).status).toBe(200);
  });

  it('that awaits approval or is held goes on once a person approves it', async () => {
    const { body: device } = await server.request('POST', devices, { body: { name: 'waits', group: 'North' } });
    await execute(
      server.db,
      sql`update device set needs_approval = true, held_at = tideway_now() where public_id = ${device.id}`,
    );
    expect((await server.request('GET', `${devices}/${device.id}`)).body).toMatchObject({
      needs_approval: true,
      held: true,
    });
    const approved = await server.request('POST', `${devices}/${device.id}/approve`);
    expect([approved.status, approved.body]).toMatchObject([200, { needs_approval: false, held: false }]);
  });

  it('that gets new hardware loses its key and gets a claim token', async () => {
    const { body: device } = await server.request('POST', devices, {
      body: { name: 'broken', group: 'North', public_key: 'b'.repeat(43) },
    });
    const rekeyed = await server.request('POST', `${devices}/${device.id}/rekey`);
    expect([rekeyed.status, rekeyed.body.id]).toEqual([200, device.id]);
    expect(rekeyed.body.claim_token).toMatch(/^twc_/);
    const row = await oneRow(server.db, sql`select public_key from device where public_id = ${device.id}`);
    expect(row).toEqual({ public_key: null });
  });

  it('that says something else about its apps shows it as drift', async () => {
    const { body: device } = await server.request('POST', devices, {
      body: { name: 'drifts', group: 'North', apps: [{ name: 'lamps', version: '1' }] },
    });
    const reported = JSON.stringify([
      { name: 'lamps', version: '2' },
      { name: 'by hand', version: '9' },
    ]);
    await execute(server.db, sql`update device set reported_apps = ${reported} where public_id = ${device.id}`);
    expect((await server.request('GET', `${devices}/${device.id}`)).body.drift).toEqual([
      { name: 'lamps', version: '1', reported_version: '2' },
      { name: 'by hand', version: null, reported_version: '9' },
    ]);
  });
});

async function listed(query: string): Promise<string[]> {
  const { body } = await server.request('GET', `${devices}?limit=1000&${query}`);
  return body.items.map((device: { name: string }) => device.name);
}

async function showOnline(name: string): Promise<void> {
  await execute(
    server.db,
    sql`insert into device_presence (device_id, last_contact_at, online_until)
        select id, tideway_now(), tideway_now() + interval '1 hour' from device where name = ${name}`,
  );
}

async function countDevices(): Promise<unknown> {
  return oneRow(server.db, sql`select count(*) as devices from device`).then((row) => JSON.stringify(row));
}
