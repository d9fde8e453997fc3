import { makeGreenhouses, ScriptedDevice, startTestServer, type TestServer } from '@tideway/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CommandLine } from './testing/command-line.ts';

let server: TestServer;
let user: CommandLine;

beforeAll(async () => {
  server = await startTestServer();
  await makeGreenhouses(server);
  user = new CommandLine({
    TIDEWAY_URL: server.url,
    TIDEWAY_TOKEN: server.owner.token,
    TIDEWAY_PROJECT: 'greenhouses',
  });
});

afterAll(async () => {
  user.end();
  await server.stop();
});

describe('tideway devices', () => {
  it.each([
    [[], ['pump-1', 'pump-2', 'pump-3', 'pump-4', 'pump-5']],
    [
      ['--limit', '2'],
      ['pump-1', 'pump-2'],
    ],
    [
      ['--group', 'South'],
      ['pump-3', 'pump-4'],
    ],
    [['--tag', 'humid', '--tag', 'dry', '--group', 'South'], ['pump-3']],
    [
      ['--state', 'online'],
      ['pump-1', 'pump-2', 'pump-4'],
    ],
    [['--app', 'irrigation', '--search', '3'], ['pump-3']],
  ])('lists those that are asked for: %j', async (words, names) => {
    expect((await user.json('devices', 'list', ...words)).map(({ name }: { name: string }) => name)).toEqual(names);
  });

  it('reads all pages of a list', async () => {
    const rows = Array.from({ length: 1005 }, (_, number) => number);
    await server.request('POST', '/api/v2/projects', { body: { name: 'Large' } });
    for (let from = 0; from < rows.length; from += 50) {
      const made = rows
        .slice(from, from + 50)
        .map((number) => server.request('POST', '/api/v2/large/groups', { body: { name: `group ${number}` } }));
      await Promise.all(made);
    }
    expect(await user.json('groups', 'list', '--project', 'large')).toHaveLength(1006);
    expect(await user.json('groups', 'list', '--project', 'large', '--limit', '1003')).toHaveLength(1003);
  });

  it('are a table for people', async () => {
    const { out } = await user.run(['devices', 'list', '--group', 'South']);
    expect(out.split('\n').map((line) => line.trimEnd())).toEqual([
      'ID           NAME    STATE       GROUP  TAGS   APPS             LAST CONTACT',
      'd-91c4-07cc  pump-3  not joined  South  humid  irrigation v3.2  -',
      expect.stringMatching(/^d-91c4-07dd {2}pump-4 {2}not joined {2}South {19,} \d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/),
      '',
    ]);
  });

  it('are tagged, untagged and grouped, by name or id', async () => {
    expect((await user.json('devices', 'tag', 'pump-4', 'humid', 'dry')).tags).toEqual(['dry', 'humid']);
    expect((await user.json('devices', 'tag', 'pump-4', 'humid')).tags).toEqual(['dry', 'humid']);
    expect((await user.json('devices', 'untag', 'd-91c4-07dd', 'humid')).tags).toEqual(['dry']);
    expect((await user.json('devices', 'group', 'pump-4', 'North')).group).toBe('North');
    expect((await user.run(['devices', 'show', 'pump-4'])).out).toMatch(/Group: +North\nTags: +dry\n/);
  });

  it('are let in that await it', async () => {
    const id = await joinAwaiting('pump-new');
    expect((await user.run(['devices', 'show', id])).out).toMatch(/State: +awaits approval\n/);
    expect(await user.json('devices', 'approve', id)).toMatchObject({ needs_approval: false });
    await server.request('DELETE', `/api/v2/greenhouses/devices/${id}`);
  });

  it('are let in many at once', async () => {
    const ids: string[] = [];
    for (const name of ['pump-left', 'pump-right']) ids.push(await joinAwaiting(name));
    const flags = ['--device', 'pump-left', '--device', 'pump-right', '--approve'];
    expect(await user.run(['devices', 'bulk', ...flags])).toMatchObject({ code: 0, out: 'Changed 2 devices\n' });
    for (const id of ids) {
      expect(await user.json('devices', 'show', id)).toMatchObject({ needs_approval: false });
      await server.request('DELETE', `/api/v2/greenhouses/devices/${id}`);
    }
  });

  it('are found by the flags that select devices for a deployment', async () => {
    const names = async (...flags: string[]) =>
      (await user.json('devices', 'search', ...flags)).map(({ name }: { name: string }) => name);
    expect(await names('--not-tag', 'humid')).toEqual(['pump-4']);
    expect(await names('--has-app', 'irrigation@v3.1', '--not-device', 'pump-1')).toEqual(['pump-2']);
    expect(await names('--all', '--limit', '2')).toEqual(['pump-1', 'pump-2']);
    const none = await user.run(['devices', 'search']);
    expect(none).toMatchObject({ code: 2, said: expect.stringContaining('Say which devices') });
  });

  it('are changed many at once, and not without saying which', async () => {
    const South = ['--group', 'South'];
    const tagged = await user.run(['devices', 'bulk', ...South, '--add-tag', 'dry', '--update-trigger', 'on']);
    expect(tagged).toMatchObject({ code: 0, out: expect.stringMatching(/^Changed \d+ devices?\n$/) });
    for (const { tags, update_trigger } of await user.json('devices', 'list', ...South)) {
      expect([tags.includes('dry'), update_trigger]).toEqual([true, 'on']);
    }
    await user.run(['devices', 'bulk', ...South, '--remove-tag', 'dry', '--update-trigger', 'off']);
    expect(await user.json('devices', 'search', ...South, '--tag', 'dry')).toEqual([]);
    const all = await user.run(['devices', 'bulk', '--delete']);
    expect(all).toMatchObject({ code: 2, said: expect.stringContaining('Say which devices') });
    const both = await user.run(['devices', 'bulk', ...South, '--delete', '--to-group', 'North']);
    expect(both).toMatchObject({ code: 2, said: expect.stringContaining('field: group') });
  });

  it('are refused what the project has not', async () => {
    const tag = await user.run(['devices', 'tag', 'pump-4', 'humdi']);
    expect(tag).toMatchObject({ code: 2, said: expect.stringContaining('code: unknown_tag\n  field: add_tags[0]') });
    const group = await user.run(['devices', 'list', '--group', 'West']);
    expect(group).toMatchObject({ code: 2, said: expect.stringContaining('code: unknown_group\n  field: group_name') });
    const device = await user.run(['devices', 'show', 'pump']);
    expect(device).toMatchObject({ code: 2, said: 'tideway: There is no device pump in the project greenhouses\n' });
  });
});

/** The id of a new device that awaits approval. */
async function joinAwaiting(name: string): Promise<string> {
  const pairing = await server.request('POST', '/api/v2/greenhouses/pairing-tokens', {
    body: { needs_approval: true },
  });
  const device = new ScriptedDevice(server.url);
  await device.join(pairing.body.token, { name });
  return device.id;
}
