import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeDeviceFleet, startTestServer, type TestServer } from '@tideway/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CommandLine } from './testing/command-line.ts';

let server: TestServer;
let user: CommandLine;

beforeAll(async () => {
  server = await startTestServer();
  await makeDeviceFleet(server, 'Fields');
  user = new CommandLine({ TIDEWAY_URL: server.url, TIDEWAY_TOKEN: server.owner.token });
});

afterAll(async () => {
  user.end();
  await server.stop();
});

describe('projects', () => {
  it('need not be named while there is one; then they must', async () => {
    expect((await user.run(['apps', 'list'])).out).toBe('NAME        DEVICES\nirrigation        0\n');
    const created = await user.run(['projects', 'create', 'Green houses']);
    expect(created.out).toBe('Created the project Green houses, with the key green-houses\n');
    const ended = await user.run(['groups', 'list']);
    expect(ended).toMatchObject({ code: 2, out: '' });
    expect(ended.said).toBe('tideway: Say which project with --project or TIDEWAY_PROJECT: fields, green-houses\n');
    expect(await user.json('groups', 'list', '--project', 'green-houses')).toMatchObject([{ name: 'Production' }]);
    const env = { TIDEWAY_PROJECT: 'green-houses' };
    expect((await user.run(['apps', 'list'], { env })).out).toBe('There is no app\n');
  });
});

describe('groups, tags and apps', () => {
  it.each(['group', 'tag', 'app'])('are created, listed and deleted: %s', async (kind) => {
    const of = ['--project', 'fields'];
    const name = 'Nord / 1';
    expect(await user.json(`${kind}s`, 'create', name, ...of)).toEqual({ id: name, name });
    expect((await user.run([`${kind}s`, 'list', ...of])).out).toMatch(/^Nord \/ 1 +0$/m);
    const again = await user.run([`${kind}s`, 'create', name, ...of]);
    expect(again).toMatchObject({ code: 2, said: expect.stringContaining('code: already_exists') });
    expect(await user.run([`${kind}s`, 'delete', name, ...of])).toMatchObject({ code: 0, said: '' });
    expect((await user.run([`${kind}s`, 'list', ...of])).out).not.toContain(name);
  });
});

describe('registries', () => {
  const of = ['--project', 'fields'];

  it('are created, listed, shown, changed and deleted, and never show a password', async () => {
    const input = 'pass word\n';
    const place = ['edge / 1', 'https://files.example.org/releases'];
    const create = ['registries', 'create', ...place, '--username', 'fleet', '--password-stdin', ...of];
    const ended = [await user.run(create, { input })];
    expect(ended[0]).toMatchObject({ code: 0, out: 'Created the registry edge / 1\n', said: '' });

    const file = join(user.home, 'password');
    writeFileSync(file, 'pass word two\n');
    const change = ['registries', 'change', 'edge / 1', ...of];
    ended.push(await user.run([...change, '--url', 'https://other.example.org', '--password-file', file]));
    ended.push(
      await user.run(['registries', 'list', ...of]),
      await user.run(['registries', 'show', 'edge / 1', ...of]),
    );
    expect(ended.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
    expect(ended[2]?.out).toMatch(/^edge \/ 1 +https:\/\/other\.example\.org +fleet +kept /m);
    expect(ended[3]?.out).toMatch(/PASSWORD:? +kept/);
    expect(JSON.stringify(ended)).not.toContain('pass word');

    expect(await user.json(...change, '--anonymous')).toMatchObject({ username: null, has_password: false });
    expect((await user.run(['registries', 'delete', 'edge / 1', ...of])).out).toBe('Deleted the registry edge / 1\n');
    expect((await user.run(['registries', 'list', ...of])).out).toBe('There is no registry\n');
  });

  it('take no password as a word of the command, and ask for none where there is no terminal', async () => {
    const create = ['registries', 'create', 'edge', 'files.example.org', '--username', 'fleet', ...of];
    expect(await user.run([...create, '--password', 'open'])).toMatchObject({ code: 2, out: '' });
    const asked = await user.run(create);
    expect(asked).toMatchObject({ code: 2, said: expect.stringContaining('use --password-stdin or --password-file') });
    const nothing = await user.run(['registries', 'change', 'edge', ...of]);
    expect(nothing).toMatchObject({ code: 2, said: 'tideway: Say what is to change\n' });
    const refused = await user.run(['registries', 'create', 'edge', 'ftp://example.org', ...of]);
    expect(refused).toMatchObject({ code: 2, said: expect.stringContaining('field: url') });
    expect(await user.run(['registries', 'show', 'edge', ...of])).toMatchObject({ code: 2 });
  });
});

describe('tokens', () => {
  it('are printed alone on standard output, for scripts', async () => {
    const created = await user.run(['tokens', 'create', '--name', 'ci', '--role', 'viewer']);
    expect(created).toMatchObject({ code: 0, out: expect.stringMatching(/^twu_\S+\n$/) });
    const env = { TIDEWAY_TOKEN: created.out.trim() };
    expect((await user.run(['projects', 'list'], { env })).code).toBe(0);

    await server.deps.lastUses.writeAll();
    expect((await user.run(['tokens', 'list'])).out).toMatch(
      / LAST USED +EXPIRES\n(?:.*\n)*.* ci +viewer .* [\d:]{8} +-\n/,
    );
    const [{ id }] = (await user.json('tokens', 'list')).filter(({ name }: { name: string }) => name === 'ci');
    expect((await user.run(['tokens', 'revoke', id])).code).toBe(0);
    const refused = await user.run(['projects', 'list'], { env });
    expect(refused).toMatchObject({ code: 2, said: expect.stringContaining('code: invalid_token') });
  });

  it('of devices are made with their limits, and a wrong one is refused by its field', async () => {
    const of = ['--project', 'fields'];
    const limits = ['--uses', '3', '--group', 'Production', '--needs-approval', '--expires-at', '2100-01-01T00:00:00Z'];
    const created = await user.json('pairing-tokens', 'create', ...of, ...limits);
    expect(created).toMatchObject({ uses_left: 3, group: 'Production', needs_approval: true });
    expect((await user.run(['pairing-tokens', 'list', ...of])).out).toContain(`${created.id}`);
    expect((await user.run(['pairing-tokens', 'revoke', created.id, ...of])).code).toBe(0);
    const refused = await user.run(['pairing-tokens', 'create', ...of, '--expires-at', 'tomorrow']);
    expect(refused.code).toBe(2);
    expect(refused.said).toMatch(
      /^tideway: expires_at must be a time [^\n]+\n {2}code: invalid_request\n {2}field: expires_at\n$/,
    );
  });
});
