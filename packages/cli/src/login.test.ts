import { readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createTokenOf, startTestServer, type TestServer } from '@tideway/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CommandLine } from './testing/command-line.ts';

let server: TestServer;
let user: CommandLine;

beforeAll(async () => {
  server = await startTestServer();
  for (const name of ['Greenhouses', 'Lamps']) await server.request('POST', '/api/v2/projects', { body: { name } });
});

afterAll(() => server.stop());

beforeEach(() => {
  user = new CommandLine();
});

afterEach(() => user.end());

describe('a login', () => {
  it('keeps server, token and project where only the user can read them', async () => {
    const login = ['login', `${server.url}/`, '--token-stdin', '--project', 'greenhouses'];
    const ended = await user.run(login, { input: `${server.owner.token}\n` });
    const file = join(user.home, 'config', 'tideway', 'server.json');

    expect(ended).toEqual({ code: 0, out: `Logged in to ${server.url}; the token is kept in ${file}\n`, said: '' });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({
      url: server.url,
      token: server.owner.token,
      project: 'greenhouses',
    });
    expect(await user.json('projects', 'list')).toMatchObject([{ key: 'greenhouses' }, { key: 'lamps' }]);
  });

  it('is kept only with a token that the server takes, and a project that it knows', async () => {
    const unknown = await user.run(['login', server.url, '--token', 'twu_unknown']);
    expect(unknown.code).toBe(2);
    expect(unknown.said).toMatch(/^tideway: [^\n]+\n {2}code: invalid_token\n$/);
    const elsewhere = await user.run(['login', server.url, '--token', server.owner.token, '--project', 'none']);
    expect(elsewhere.said).toContain('code: not_found');
    expect((await user.run(['projects', 'list'])).said).toMatch(/^tideway: No server is known: log in with/);
  });

  it('says where it cannot be kept', async () => {
    const env = { XDG_CONFIG_HOME: '/dev/null' };
    const ended = await user.run(['login', server.url, '--token', server.owner.token], { env });
    expect(ended).toMatchObject({
      code: 2,
      said: expect.stringMatching(/^tideway: The server cannot be kept: [^\n]+\n$/),
    });
  });

  it('asks for no token where there is no terminal', async () => {
    const ended = await user.run(['login', server.url]);
    expect(ended).toMatchObject({ code: 2, said: expect.stringContaining('use --token-stdin or --token') });
  });

  it('is forgotten by a logout', async () => {
    await user.run(['login', server.url, '--token', server.owner.token]);
    expect((await user.run(['logout'])).out).toContain(`Logged out of ${server.url}`);
    expect(await user.run(['logout'])).toMatchObject({ code: 0, out: 'No server is kept\n' });
    expect((await user.run(['projects', 'list'])).code).toBe(2);
  });

  it('gives way to the environment', async () => {
    await user.run(['login', server.url, '--token', server.owner.token]);
    const viewer = await createTokenOf(server, 'viewer');
    const ended = await user.run(['projects', 'create', 'Fields'], { env: { TIDEWAY_TOKEN: viewer } });
    expect(ended).toMatchObject({ code: 2, out: '' });
    expect(ended.said).toContain('code: forbidden');
    const other = await user.run(['projects', 'list'], { env: { TIDEWAY_URL: 'http://127.0.0.1:9' } });
    expect(other.said).toContain('There is no token for http://127.0.0.1:9');
  });
});

describe('a server that is none', () => {
  it('is said in one sentence where nobody listens', async () => {
    const free = await freePort();
    const env = { TIDEWAY_URL: `http://127.0.0.1:${free}`, TIDEWAY_TOKEN: 'twu_x' };
    const ended = await user.run(['projects', 'list'], { env });
    expect(ended).toEqual({
      code: 2,
      out: '',
      said: `tideway: Cannot reach the server at http://127.0.0.1:${free}: connect ECONNREFUSED 127.0.0.1:${free}\n`,
    });
  });

  it.each([
    [200, { 'content-type': 'text/html; charset=utf-8' }, '(status 200, with text/html): is the address right?'],
    [502, { 'content-type': 'text/html' }, '(status 502, with text/html): is the address right?'],
    [200, { 'content-type': 'application/json' }, '(status 200, with application/json): is the address right?'],
    [
      301,
      { location: 'https://tideway.example.org/' },
      'sends callers on to https://tideway.example.org/: log in with',
    ],
  ])('is said in one sentence where something else answers: %d %o', async (status, headers, sentence) => {
    const other = createServer((_request, response) => response.writeHead(status, headers).end('<html>hello</html>'));
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
    const ended = await user.run(['login', url, '--token', 'twu_x']);
    await new Promise((resolve) => other.close(resolve));
    expect(ended.code).toBe(2);
    expect(ended.said).toMatch(/^tideway: [^\n]+\n$/);
    expect(ended.said).toContain(sentence);
  });

  it.each(['localhost:8080', 'not a url'])('is refused as an address: %s', async (address) => {
    const ended = await user.run(['login', address, '--token', 'twu_x']);
    expect(ended).toMatchObject({
      code: 2,
      said: expect.stringMatching(/^tideway: The address must be an address such as/),
    });
  });
});

describe('a command that is not used as it can be', () => {
  it.each([
    [['nonsense']],
    [['projects', 'list', '--nonsense']],
    [['projects', 'list', '--limit', '0']],
    [['login']],
    [[]],
  ])('ends with 2: %j', async (words) => expect(await user.run(words)).toMatchObject({ code: 2, out: '' }));

  it('says how on request, and ends with 0', async () => {
    expect(await user.run(['projects', '--help'])).toMatchObject({ code: 0, said: '' });
    expect(await user.run(['--version'])).toEqual({ code: 0, out: '0.1.0\n', said: '' });
  });
});

async function freePort(): Promise<number> {
  const listener = createServer();
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const { port } = listener.address() as AddressInfo;
  await new Promise((resolve) => listener.close(resolve));
  return port;
}
