import { createTokenOf, startTestServer, type TestServer } from '@tideway/testkit';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { oneRow } from '../../../platform/database/database.ts';

const project = '/api/v2/greenhouses';
const path = `${project}/saved-filters`;
const wet = { groups: [{ name: 'North' }], filters: [{ type: 'tag', operand: 'is_not', value: 'humid' }] };
let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
  for (const name of ['Greenhouses', 'Elsewhere']) await server.request('POST', '/api/v2/projects', { body: { name } });
});

afterAll(() => server.stop());

describe('a saved filter', () => {
  it('is kept as it was given, and can be changed, renamed and deleted', async () => {
    const created = await save({ name: 'a/b ü', device_filter: wet, search: '', attention: 'held' });
    expect(created).toMatchObject({
      status: 201,
      body: { id: 'a/b ü', name: 'a/b ü', device_filter: wet, search: '', attention: 'held' },
    });
    expect((await server.request('GET', path)).body).toEqual({ items: [created.body], next: null });

    const changed = await change('a/b ü', { name: 'a/b ü', device_filter: {}, search: 'pump' });
    const { changed_at: _, ...kept } = { ...created.body, device_filter: {}, search: 'pump', attention: null };
    expect(changed).toMatchObject({ status: 200, body: kept });
    const renamed = await change('a/b ü', { name: 'Pumps', device_filter: wet });
    expect(renamed).toMatchObject({ status: 200, body: { id: 'Pumps', name: 'Pumps', search: null, attention: null } });
    expect((await server.request('GET', path)).body.items).toEqual([renamed.body]);

    const address = `${path}/Pumps`;
    expect((await server.request('DELETE', address)).status).toBe(204);
    expect(await server.request('DELETE', address)).toMatchObject({ status: 404, body: { code: 'not_found' } });
    expect(await change('Pumps', { name: 'Pumps', device_filter: {} })).toMatchObject({ status: 404 });
    expect((await server.request('GET', path)).body.items).toEqual([]);
  });

  it('is noted in the audit log when it is created, changed and deleted', async () => {
    await save({ name: 'noted', device_filter: {}, attention: 'blocked' });
    await change('noted', { name: 'noted well', device_filter: wet });
    await server.request('DELETE', `${path}/noted%20well`);
    const { body } = await server.request('GET', '/api/v2/audit-events?limit=3');
    const first = { name: 'noted', device_filter: {}, search: null, attention: 'blocked' };
    const then = { name: 'noted well', device_filter: wet, search: null, attention: null };
    expect(body.items).toMatchObject([
      { action: 'saved_filter.deleted', target: 'noted well', project_key: 'greenhouses', before: then, after: null },
      { action: 'saved_filter.changed', target: 'noted well', before: first, after: then },
      { action: 'saved_filter.created', target: 'noted', before: null, after: first },
    ]);
  });

  it('is listed in pages in the order of the names', async () => {
    for (const name of ['page c', 'page a', 'page b']) await save({ name, device_filter: {} });
    const whole = await server.request('GET', path);
    const first = await server.request('GET', `${path}?limit=2`);
    const rest = await server.request('GET', `${path}?after=${encodeURIComponent(first.body.next)}`);
    expect(whole.body.items.map(({ name }: { name: string }) => name)).toEqual(['page a', 'page b', 'page c']);
    expect([...first.body.items, ...rest.body.items]).toEqual(whole.body.items);
    expect(rest.body.next).toBeNull();
    for (const { name } of whole.body.items) await server.request('DELETE', `${path}/${encodeURIComponent(name)}`);
  });

  it('has a name of its own, however many ask at once', async () => {
    const answers = await Promise.all([1, 2, 3, 4].map(() => save({ name: 'once', device_filter: {} })));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409]);
    await save({ name: 'twice', device_filter: wet });
    const refused = { status: 409, body: { code: 'already_exists', field: 'name' } };
    expect(await change('twice', { name: 'once', device_filter: {} })).toMatchObject(refused);
    const { body } = await server.request('GET', `${path}?after=once`);
    expect(body.items).toMatchObject([{ name: 'twice', device_filter: wet }]);
  });

  it('may name what is not there: it is listed, and refused where it is used', async () => {
    const device_filter = { filters: [{ type: 'tag', operand: 'is', value: 'rare' }] };
    await server.request('POST', `${project}/tags`, { body: { name: 'rare' } });
    await save({ name: 'rare ones', device_filter });
    await server.request('DELETE', `${project}/tags/rare`);
    const { body } = await server.request('GET', path);
    expect(body.items).toContainEqual(expect.objectContaining({ name: 'rare ones', device_filter }));
    const search = await server.request('POST', `${project}/devices/search`, { body: { device_filter } });
    expect(search).toMatchObject({
      status: 400,
      body: { code: 'unknown_tag', field: 'device_filter.filters[0].value' },
    });
  });

  it.each([
    [{ device_filter: {} }, 'name'],
    [{ name: ' padded', device_filter: {} }, 'name'],
    [{ name: '..', device_filter: {} }, 'name'],
    [{ name: 'x'.repeat(129), device_filter: {} }, 'name'],
    [{ name: 'wrong' }, 'device_filter'],
    [{ name: 'wrong', device_filter: [] }, 'device_filter'],
    [{ name: 'wrong', device_filter: { groups: ['North'] } }, 'device_filter.groups[0]'],
    [{ name: 'wrong', device_filter: { project: { name: 'x' } } }, 'device_filter.project'],
    [
      { name: 'wrong', device_filter: { filters: [{ type: 'tag', operand: 'has', value: 'humid' }] } },
      'device_filter.filters[0].operand',
    ],
    [
      { name: 'wrong', device_filter: { filters: [{ type: 'colour', operand: 'is', value: 'red' }] } },
      'device_filter.filters[0].type',
    ],
    [{ name: 'wrong', device_filter: { filters: Array(51).fill(wet.filters[0]) } }, 'device_filter.filters'],
    [{ name: 'wrong', device_filter: {}, search: 7 }, 'search'],
    [{ name: 'wrong', device_filter: {}, search: 'x'.repeat(129) }, 'search'],
    [{ name: 'wrong', device_filter: {}, attention: 'offline' }, 'attention'],
    [{ name: 'wrong', device_filter: {}, device_ids: ['d-91c4-07aa'] }, 'device_ids'],
  ])('is refused as %j, and nothing is kept', async (body, field) => {
    await save({ name: 'kept', device_filter: wet });
    const before = await server.request('GET', path);
    const refused = { status: 400, body: { code: 'invalid_request', field } };
    expect(await save(body)).toMatchObject(refused);
    expect(await change('kept', body)).toMatchObject(refused);
    expect((await server.request('GET', path)).body).toEqual(before.body);
  });

  it('is read by viewers, and changed by operators', async () => {
    await save({ name: 'shared', device_filter: wet });
    const [viewer, operator] = [await createTokenOf(server, 'viewer'), await createTokenOf(server, 'operator')];
    const read = await server.request('GET', path, { token: viewer });
    expect(read.body.items.map(({ name }: { name: string }) => name)).toContain('shared');
    const body = { name: 'shared', device_filter: {} };
    const calls = [
      ['POST', path, { name: 'another', device_filter: {} }, 201],
      ['PUT', `${path}/shared`, body, 200],
      ['DELETE', `${path}/shared`, undefined, 204],
    ] as const;
    for (const [method, where, sent, status] of calls) {
      const refused = await server.request(method, where, { token: viewer, body: sent });
      expect(refused).toMatchObject({ status: 403, body: { code: 'forbidden' } });
      expect(await server.request(method, where, { token: operator, body: sent })).toMatchObject({ status });
    }
  });

  it('of another project is as if it did not exist', async () => {
    await save({ name: 'ours', device_filter: {} });
    const theirs = '/api/v2/elsewhere/saved-filters';
    expect((await server.request('GET', theirs)).body.items).toEqual([]);
    const body = { name: 'ours', device_filter: {} };
    expect((await server.request('PUT', `${theirs}/ours`, { body })).status).toBe(404);
    expect((await server.request('DELETE', `${theirs}/ours`)).status).toBe(404);
    expect((await server.request('POST', theirs, { body })).status).toBe(201);
  });

  it('is gone with its project', async () => {
    await server.request('POST', '/api/v2/projects', { body: { name: 'Passing' } });
    const body = { name: 'passing', device_filter: {} };
    await server.request('POST', '/api/v2/passing/saved-filters', { body });
    expect((await server.request('DELETE', '/api/v2/passing')).status).toBe(204);
    const { left } = await oneRow<{ left: number }>(
      server.db,
      sql`select count(*) as left from saved_filter where name = 'passing'`,
    );
    expect(left).toBe(0);
  });
});

async function save(body: object) {
  return server.request('POST', path, { body });
}

async function change(name: string, body: object) {
  return server.request('PUT', `${path}/${encodeURIComponent(name)}`, { body });
}
