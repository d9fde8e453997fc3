import { createTokenOf, startTestServer, type TestServer } from '@tideway/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const project = '/api/v2/greenhouses';
let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
  await server.request('POST', '/api/v2/projects', { body: { name: 'Greenhouses' } });
  await server.request('POST', '/api/v2/projects', { body: { name: 'Elsewhere' } });
});

afterAll(() => server.stop());

describe.each(['groups', 'tags', 'apps'])('the %s of a project', (plural) => {
  const path = `${project}/${plural}`;

  it('can be created, listed in pages, renamed and deleted', async () => {
    const created = await server.request('POST', path, { body: { name: 'a/b ü' } });
    expect([created.status, created.body]).toEqual([201, { id: 'a/b ü', name: 'a/b ü' }]);

    const address = `${path}/${encodeURIComponent('a/b ü')}`;
    const renamed = await server.request('PATCH', address, { body: { name: 'North' } });
    expect([renamed.status, renamed.body.name]).toEqual([200, 'North']);
    expect((await server.request('PATCH', address, { body: { name: 'x' } })).status).toBe(404);

    await server.request('POST', path, { body: { name: 'South' } });
    const whole = await server.request('GET', path);
    const first = await server.request('GET', `${path}?limit=1`);
    const rest = await server.request('GET', `${path}?after=${encodeURIComponent(first.body.next)}`);
    expect([...first.body.items, ...rest.body.items]).toEqual(whole.body.items);
    expect(rest.body.next).toBeNull();

    expect((await server.request('DELETE', `${path}/South`)).status).toBe(204);
    expect((await server.request('DELETE', `${path}/South`)).status).toBe(404);
  });

  it('have each name once, however many ask at once', async () => {
    const answers = await Promise.all([1, 2, 3, 4].map(() => server.request('POST', path, { body: { name: 'Once' } })));
    expect(answers.map((answer) => answer.status).sort()).toEqual([201, 409, 409, 409]);

    await server.request('POST', path, { body: { name: 'Twice' } });
    const renamed = await server.request('PATCH', `${path}/Twice`, { body: { name: 'Once' } });
    expect([renamed.status, renamed.body.code, renamed.body.field]).toEqual([409, 'already_exists', 'name']);
  });

  it('are refused with a name that cannot be', async () => {
    for (const name of [
      '',
      'x'.repeat(129),
      'x'.repeat(10_000),
      'a\u0000b',
      'a\nb',
      7,
      null,
      '  ',
      ' humid',
      'humid\u00a0',
      '.',
      '..',
    ]) {
      const { status, body } = await server.request('POST', path, { body: { name } });
      expect([name, status, body.code, body.field]).toEqual([name, 400, 'invalid_request', 'name']);
    }
    expect((await server.request('PATCH', `${path}/a%00b`, { body: { name: 'x' } })).status).toBe(404);
    const cursor = await server.request('GET', `${path}?after=%00`);
    expect([cursor.status, cursor.body.field]).toEqual([400, 'after']);
  });

  it('of another project are as if they did not exist', async () => {
    await server.request('POST', path, { body: { name: 'Ours' } });
    const theirs = `/api/v2/elsewhere/${plural}`;
    expect((await server.request('PATCH', `${theirs}/Ours`, { body: { name: 'x' } })).status).toBe(404);
    expect((await server.request('DELETE', `${theirs}/Ours`)).status).toBe(404);
    const list = await server.request('GET', theirs);
    expect(list.body.items.map((item: { name: string }) => item.name)).not.toContain('Ours');
  });

  it('say in their list how many devices carry them; deleted ones count no more', async () => {
    for (const name of ['Used', 'Used too', 'Unused']) await server.request('POST', path, { body: { name } });
    const carry = (name: string) =>
      ({
        groups: { group: name },
        tags: { group: 'Production', tags: [name] },
        apps: { group: 'Production', apps: [{ name, version: '1' }] },
      })[plural];
    const ids: string[] = [];
    for (const name of ['Used', 'Used', 'Used too', 'Used']) {
      const device = { name: `${plural} in use ${ids.length}`, ...carry(name) };
      ids.push((await server.request('POST', `${project}/devices`, { body: device })).body.id);
    }
    await server.request('DELETE', `${project}/devices/${ids[0]}`);
    const { body } = await server.request('GET', path);
    const used = body.items.filter(({ name }: { name: string }) => /^(Used|Unused)/.test(name));
    expect(used).toEqual([
      { id: 'Unused', name: 'Unused', devices: 0 },
      { id: 'Used', name: 'Used', devices: 2 },
      { id: 'Used too', name: 'Used too', devices: 1 },
    ]);
  });

  it('are changed by operators, but for apps, which need an admin', async () => {
    const operator = await createTokenOf(server, 'operator');
    const { status } = await server.request('POST', path, { token: operator, body: { name: 'By an operator' } });
    expect(status).toBe(plural === 'apps' ? 403 : 201);
  });

  it('are kept while devices carry them, and the refusal names three of these', async () => {
    await server.request('POST', path, { body: { name: 'Carried' } });
    const carry = {
      groups: { group: 'Carried' },
      tags: { group: 'Production', tags: ['Carried'] },
      apps: { group: 'Production', apps: [{ name: 'Carried', version: '1' }] },
    }[plural];
    const ids: string[] = [];
    for (const number of [1, 2, 3, 4]) {
      const { body } = await server.request('POST', `${project}/devices`, {
        body: { name: `${plural}-${number}`, ...carry },
      });
      ids.push(body.id);
    }
    const { status, body } = await server.request('DELETE', `${path}/Carried`);
    expect([status, body.code]).toEqual([409, 'in_use']);
    expect(body.error_message).toContain(`devices ${ids.slice(0, 3).join(', ')} and more`);
  });
});

describe('a tag', () => {
  it('that is deleted while a device is being given it is either refused to the device or kept', async () => {
    for (const number of Array.from({ length: 20 }, (_, index) => index)) {
      const name = `fought over ${number}`;
      await server.request('POST', `${project}/tags`, { body: { name } });
      const [device, deleted] = await Promise.all([
        server.request('POST', `${project}/devices`, { body: { name, group: 'Production', tags: [name] } }),
        server.request('DELETE', `${project}/tags/${encodeURIComponent(name)}`),
      ]);
      expect(['201 409', '400 204']).toContain(`${device.status} ${deleted.status}`);
    }
  });
});

describe('a group', () => {
  it('that is the last one cannot be deleted, even by two people at once', async () => {
    await server.request('POST', '/api/v2/elsewhere/groups', { body: { name: 'Second' } });
    const answers = await Promise.all(
      ['Production', 'Second'].map((name) => server.request('DELETE', `/api/v2/elsewhere/groups/${name}`)),
    );
    expect(answers.map((answer) => answer.status).sort()).toEqual([204, 409]);
    expect((await server.request('GET', '/api/v2/elsewhere/groups')).body.items).toHaveLength(1);
  });

  it('stays while a pairing token can bring devices into it', async () => {
    await server.request('POST', `${project}/groups`, { body: { name: 'Paired' } });
    const token = await server.request('POST', `${project}/pairing-tokens`, { body: { group: 'Paired' } });
    const refused = await server.request('DELETE', `${project}/groups/Paired`);
    expect([refused.status, refused.body.code]).toEqual([409, 'in_use']);
    expect(refused.body.error_message).toContain(token.body.id);

    await server.request('DELETE', `${project}/pairing-tokens/${token.body.id}`);
    expect((await server.request('DELETE', `${project}/groups/Paired`)).status).toBe(204);
  });
});
