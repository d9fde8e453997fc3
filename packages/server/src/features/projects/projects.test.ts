import { createTokenOf, orderForAllDevices, startTestServer, type TestServer } from '@tideway/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const projects = '/api/v2/projects';
let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
});

afterAll(() => server.stop());

describe('a project', () => {
  it('starts with a key made from its name and with the group Production', async () => {
    const created = await server.request('POST', projects, { body: { name: 'Green Houses' } });
    expect(created.status).toBe(201);
    expect(created.body).toMatchObject({ id: 'green-houses', key: 'green-houses', name: 'Green Houses' });

    const groups = await server.request('GET', '/api/v2/green-houses/groups');
    expect(groups.body).toEqual({ items: [{ id: 'Production', name: 'Production', devices: 0 }], next: null });
    expect((await server.request('GET', '/api/v2/green-houses')).body).toEqual(created.body);
    expect((await server.request('GET', '/api/v2/Green%20Houses')).body).toEqual(created.body);
    expect((await server.request('GET', projects)).body.items).toContainEqual(created.body);
  });

  it('gets another key where the one from its name is taken or reserved', async () => {
    await server.request('POST', projects, { body: { name: 'pump one' } });
    expect((await server.request('POST', projects, { body: { name: 'Pump-One' } })).body.key).toBe('pump-one-2');
    expect((await server.request('POST', projects, { body: { name: 'Devices' } })).body.key).toBe('devices-2');
  });

  it('is refused where key or name cannot be', async () => {
    await server.request('POST', projects, { body: { name: 'Taken', key: 'taken' } });
    const refused: [unknown, number, string, string][] = [
      [{ name: 'Taken', key: 'other' }, 409, 'already_exists', 'name'],
      [{ name: 'Other', key: 'taken' }, 409, 'already_exists', 'key'],
      [{ name: 'Other', key: 'update-flows' }, 400, 'invalid_request', 'key'],
      [{ name: 'Other', key: 'Not_a_key' }, 400, 'invalid_request', 'key'],
      [{ name: '温室' }, 400, 'invalid_request', 'key'],
      [{ name: '' }, 400, 'invalid_request', 'name'],
      [{ name: 'a\u0000b' }, 400, 'invalid_request', 'name'],
      [{ name: 'x'.repeat(10_000) }, 400, 'invalid_request', 'name'],
      [{}, 400, 'invalid_request', 'name'],
      [{ name: 'Other', colour: 'red' }, 400, 'invalid_request', 'colour'],
    ];
    for (const [body, ...expected] of refused) {
      const answer = await server.request('POST', projects, { body });
      expect([answer.status, answer.body.code, answer.body.field]).toEqual(expected);
    }
  });

  it('is created once, however many ask at once', async () => {
    const answers = await Promise.all(
      [1, 2, 3, 4, 5].map(() => server.request('POST', projects, { body: { name: 'At once' } })),
    );
    expect(answers.map((answer) => answer.status).sort()).toEqual([201, 409, 409, 409, 409]);
  });

  it('may have the key and name that a project of another account has', async () => {
    const stranger = await server.createAccount('neighbour');
    await server.request('POST', projects, { body: { name: 'Common', key: 'common' } });
    const theirs = await server.request('POST', projects, {
      token: stranger.token,
      body: { name: 'Common', key: 'common' },
    });
    expect(theirs.status).toBe(201);
    const list = await server.request('GET', projects, { token: stranger.token });
    expect(list.body.items).toEqual([theirs.body]);
  });

  it('can be given another name and key', async () => {
    await server.request('POST', projects, { body: { name: 'Before', key: 'before' } });
    const changed = await server.request('PATCH', '/api/v2/before', { body: { name: 'After', key: 'after' } });

    expect(changed.body).toMatchObject({ id: 'after', name: 'After' });
    expect((await server.request('GET', '/api/v2/before')).status).toBe(404);
    expect((await server.request('GET', '/api/v2/after')).status).toBe(200);
    const reserved = await server.request('PATCH', '/api/v2/after', { body: { key: 'devices' } });
    expect([reserved.status, reserved.body.field]).toEqual([400, 'key']);
    const taken = await server.request('PATCH', '/api/v2/after', { body: { name: 'Green Houses' } });
    expect([taken.status, taken.body.code, taken.body.field]).toEqual([409, 'already_exists', 'name']);
  });

  it('is gone once it is deleted, with its devices, and its key and name are free again', async () => {
    await server.request('POST', projects, { body: { name: 'Old', key: 'old' } });
    const device = { name: 'pump', group: 'Production', public_key: 'A'.repeat(43) };
    expect((await server.request('POST', '/api/v2/old/devices', { body: device })).status).toBe(201);

    expect((await server.request('DELETE', '/api/v2/old')).status).toBe(204);
    expect((await server.request('GET', '/api/v2/old')).status).toBe(404);
    expect((await server.request('POST', projects, { body: { name: 'Old', key: 'old' } })).status).toBe(201);
    expect((await server.request('GET', '/api/v2/old/devices')).body.items).toEqual([]);
    expect((await server.request('POST', '/api/v2/old/devices', { body: device })).status).toBe(201);
  });

  it('is not deleted while updates are open in it', async () => {
    await server.request('POST', projects, { body: { name: 'Busy', key: 'busy' } });
    await server.request('POST', '/api/v2/busy/devices', { body: { name: 'pump', group: 'Production' } });
    await orderForAllDevices(server, 'busy', 'dp-busy');
    const { status, body } = await server.request('DELETE', '/api/v2/busy');
    expect([status, body.code]).toEqual([409, 'in_use']);
    expect(body.error_message).toContain('dp-busy');
  });

  it('cannot be created by a user who is limited to some projects', async () => {
    await server.request('POST', projects, { body: { name: 'Theirs', key: 'theirs' } });
    const limited = await createTokenOf(server, 'admin', { projects: ['theirs'] });

    expect((await server.request('POST', projects, { token: limited, body: { name: 'More' } })).status).toBe(403);
    expect((await server.request('GET', '/api/v2/green-houses', { token: limited })).status).toBe(404);
    const list = await server.request('GET', projects, { token: limited });
    expect(list.body.items.map((item: { key: string }) => item.key)).toEqual(['theirs']);
  });
});
