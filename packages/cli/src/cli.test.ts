import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createApi, createOwnDatabase, eventually, Stage } from '@tideway/testkit';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';

const programs = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', 'dist');

let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'tideway-cli-'));
});

afterEach(() => rmSync(home, { recursive: true, force: true }));

describe('the tideway command', () => {
  it('says which setting is wrong and what was expected, in one line', async () => {
    const ended = await tideway(['serve'], { TIDEWAY_PORT: 'abc' });

    expect(ended).toMatchObject({
      code: 1,
      said: 'tideway: TIDEWAY_PORT must be a number from 0 to 65535, not "abc"\n',
    });
  });

  it.each([['token', 'create'], ['sign-in-link']])(
    'makes no %s before there is an account, and says what to do',
    async (...words) => {
      const ended = await tideway(words, {});

      expect(ended.code).toBe(1);
      expect(ended.said).toBe('tideway: There is no account yet: start the server once to make it\n');
      expect(existsSync(join(home, 'data', 'PG_VERSION'))).toBe(true);
      expect(existsSync(join(home, 'data', 'postmaster.pid'))).toBe(false);
    },
  );

  it.each([
    [{ TIDEWAY_HOME: fileURLToPath(import.meta.url) }, /The data folder \S+ is no folder: set TIDEWAY_HOME to one\n$/],
    [
      { DATABASE_URL: 'postgresql://me:secret@127.0.0.1:1/mine' },
      /The database of DATABASE_URL, 127\.0\.0\.1:1\/mine, cannot be used: connect ECONNREFUSED \S+\n$/,
    ],
    [{ DATABASE_URL: 'mine' }, /The database of DATABASE_URL, which is no URL as \S+, cannot be used: [^\n]+\n$/],
    [{ TIDEWAY_HOST: '192.0.2.1' }, /EADDRNOTAVAIL[^\n]+: set another TIDEWAY_PORT or TIDEWAY_HOST\n$/],
  ])('does not start with what cannot be had, and names the setting: %o', async (settings, said) => {
    const ended = await tideway(['serve'], settings);
    expect(ended.code).toBe(1);
    expect(ended.said).toMatch(said);
    expect(ended.said).not.toContain('secret');
  });

  it('makes tokens beside a running server, whose data folder no second server gets', async () => {
    const stage = new Stage(programs);
    const url = await stage.startServer();
    const token = await stage.createToken('viewer');
    const listed = await fetch(`${url}/api/v2/projects`, { headers: { authorization: `Bearer ${token}` } });
    const second = await tideway(['serve'], { TIDEWAY_HOME: join(stage.home, 'server') });
    await stage.stop();

    expect(listed.status).toBe(200);
    expect(second.code).toBe(1);
    expect(second.said).toMatch(
      /^tideway: The data folder \S+ is in use by another server \(tideway server \d+ on \S+\)\n$/,
    );
  });
});

describe('the first start', () => {
  it('prints a link that signs the owner in once, and the next start prints none', async () => {
    const stage = new Stage(programs);
    const url = await stage.startServer();
    await eventually(() => expect(stage.printedBy('server')).toContain('A token for programs'));
    const token = /^(\S+)\/sign-in#(twl_[\w-]+)$/m.exec(stage.printedBy('server'));
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ token: token?.[2] });
    const signIn = () => fetch(`${url}/api/v2/session/by-link`, { method: 'POST', headers, body });
    const first = await signIn();
    expect([token?.[1], first.status]).toEqual([url, 201]);
    expect(await first.json()).toMatchObject({ user: { role: 'owner' }, has_password: false });
    expect((await signIn()).status).toBe(401);

    await stage.end('server');
    await stage.startServer(0, {}, 'again');
    await stage.end('again');
    expect(stage.printedBy('again')).toMatch(/^Tideway listens at \S+\n$/);
    await stage.stop();
  });

  it('prints no link where the owner has a password from the environment, which signs in', async () => {
    const stage = new Stage(programs);
    const owner = { email: 'ada@example.org', password: 'long rather than complicated' };
    const url = await stage.startServer(0, {
      TIDEWAY_OWNER_EMAIL: owner.email,
      TIDEWAY_OWNER_PASSWORD: owner.password,
    });
    await eventually(() => expect(stage.printedBy('server')).toContain('A token for programs'));
    expect(stage.printedBy('server')).toContain(`Sign in at ${url} `);
    expect(stage.printedBy('server')).not.toContain('twl_');
    const headers = { 'content-type': 'application/json' };
    const opened = await fetch(`${url}/api/v2/session`, { method: 'POST', headers, body: JSON.stringify(owner) });
    await stage.stop();
    expect(opened.status).toBe(201);
  });
});

describe('tideway sign-in-link', () => {
  it('prints a link, beside a running server, that signs the owner in once', async () => {
    const stage = new Stage(programs);
    const url = await stage.startServer();
    const settings = { TIDEWAY_HOME: join(stage.home, 'server'), TIDEWAY_PUBLIC_URL: url };
    const { code, out } = await tideway(['sign-in-link'], settings);
    const unknown = await tideway(['sign-in-link', 'nobody@example.org'], settings);
    const [page, token] = out.trim().split('#');
    const statuses = [];
    for (let time = 0; time < 2; time += 1) {
      const headers = { 'content-type': 'application/json' };
      const body = JSON.stringify({ token });
      statuses.push((await fetch(`${url}/api/v2/session/by-link`, { method: 'POST', headers, body })).status);
    }
    await stage.stop();

    expect([code, page, statuses]).toEqual([0, `${url}/sign-in`, [201, 401]]);
    expect(unknown).toMatchObject({ code: 1, said: 'tideway: There is no user nobody@example.org\n' });
  });
});

describe('a move from the embedded database to one of one’s own', () => {
  const devices = process.env.TIDEWAY_LONG ? 1_000_000 : 1000;

  it('takes every device along', { timeout: 300_000 }, async () => {
    const stage = new Stage(programs);
    const url = await stage.startServer();
    const token = await stage.createToken('owner');
    await createApi(url, token).send('POST', '/api/v2/projects', { name: 'Fleet', key: 'fleet' });
    await enterDevices(join(stage.home, 'server'), devices);
    const file = join(home, 'backup');
    const begunMs = performance.now();
    const backup = await tideway(['backup', file], { TIDEWAY_HOME: join(stage.home, 'server') });
    const middleMs = performance.now();
    expect(backup).toMatchObject({ code: 0, said: '' });

    const own = await createOwnDatabase(inject('postgres'));
    const restored = await tideway(['restore', file], { DATABASE_URL: own.url });
    expect(restored).toMatchObject({ code: 0, said: '' });
    const [backupS, restoreS] = [(middleMs - begunMs) / 1000, (performance.now() - middleMs) / 1000];
    if (process.env.TIDEWAY_LONG) {
      console.log(`${devices} devices: backup ${backupS.toFixed(1)} s, restore ${restoreS.toFixed(1)} s`);
    }
    const again = await tideway(['restore', file], { DATABASE_URL: own.url });
    expect(again.said).toBe('tideway: The database is not empty: a backup is restored into a new one only\n');

    await stage.end('server');
    const moved = await stage.startServer(0, { DATABASE_URL: own.url });
    const last = `device%20${devices}`;
    const found = await createApi(moved, token).get<{ items: unknown[] }>(`/api/v2/fleet/devices?search=${last}`);
    expect(found.items).toMatchObject([{ name: `device ${devices}` }]);
    await stage.stop();
    await own.drop();
  });
});

/** Enters devices into the embedded database of a server. */
async function enterDevices(serverHome: string, count: number): Promise<void> {
  const socketFolder = readFileSync(join(serverHome, 'data', 'postmaster.pid'), 'utf8').split('\n')[4] ?? '';
  const client = new pg.Client({ host: socketFolder, user: 'tideway', database: 'tideway' });
  await client.connect();
  await client.query(
    `insert into device (public_id, project_id, group_id, name, public_key, joined_at)
     select 'd-' || n, g.project_id, g.id, 'device ' || n, lpad(n::text, 43, 'k'), now()
     from generate_series(1, ${count}) n, device_group g`,
  );
  await client.end();
}

/** Runs the command to its end; gives its exit code, and what it said on standard output and standard error. */
function tideway(
  words: string[],
  env: Record<string, string>,
): Promise<{ code: number | string | null; out: string; said: string }> {
  const { DATABASE_URL: _yours, ...environment } = process.env;
  const options = {
    env: { ...environment, TIDEWAY_HOME: home, TIDEWAY_PORT: '0', TIDEWAY_LOG_LEVEL: 'silent', ...env },
  };
  return new Promise((resolve) => {
    execFile(process.execPath, [join(programs, 'tideway.mjs'), ...words], options, (error, out, said) =>
      resolve({ code: error?.code ?? 0, out, said }),
    );
  });
}
