import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { gunzipSync } from 'node:zlib';
import { createTokenOf, startTestServer, type TestServer } from '@tideway/testkit';
import { sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeBackup } from '../../platform/backup/write-backup.ts';
import { oneRow } from '../../platform/database/database.ts';
import { createLog } from '../../platform/log.ts';

const registries = '/api/v2/greenhouses/registries';
const password = 'pass-word-that-nobody-sees';
let server: TestServer;
let log = '';

beforeAll(async () => {
  const lines = new Writable({
    write: (line, _encoding, done) => {
      log += String(line);
      done();
    },
  });
  server = await startTestServer({ log: createLog('debug', lines) });
  await server.request('POST', '/api/v2/projects', { body: { name: 'Greenhouses' } });
  await server.request('POST', '/api/v2/projects', { body: { name: 'Elsewhere' } });
});

afterAll(() => server.stop());

describe('a registry', () => {
  it('is created, listed and shown without its password, which stands nowhere in clear', async () => {
    const body = { name: 'edge', url: 'https://files.example.org/releases', username: 'fleet', password };
    const created = await server.request('POST', registries, { body });
    const shown = { id: 'edge', name: 'edge', url: body.url, username: 'fleet', has_password: true };
    expect(created).toMatchObject({ status: 201, body: shown });
    const list = await server.request('GET', registries);
    expect(list.body).toEqual({ items: [created.body], next: null });
    const got = await server.request('GET', `${registries}/edge`);
    expect(got.body).toEqual(created.body);
    const changed = await server.request('PATCH', `${registries}/edge`, { body: { password: `${password}2` } });
    const audit = await server.request('GET', '/api/v2/audit-events?limit=2');
    expect(audit.body.items).toMatchObject([
      { action: 'registry.changed', target: 'edge', after: { password_changed: true } },
      { action: 'registry.created', target: 'edge', after: { url: body.url, username: 'fleet' } },
    ]);

    const answers = JSON.stringify([created.body, list.body, got.body, changed.body, audit.body]);
    expect(answers).not.toContain(password);
    expect(log).toContain('registries');
    expect(log).not.toContain(password);
    expect(await backupOf(server)).not.toContain(password);
  });

  it('keeps its password until another one is given', async () => {
    await create({ name: 'kept', username: 'one', password: 'first' });
    const before = await sealedPassword('kept');
    await change('kept', { url: 'https://example.org/other', username: 'two' });
    expect(await sealedPassword('kept')).toEqual(before);
    await change('kept', { password: 'first' });
    expect(await sealedPassword('kept')).not.toEqual(before);
    expect((await change('kept', { username: null })).body).toMatchObject({ username: null, has_password: false });
    expect(await sealedPassword('kept')).toBeNull();
  });

  it('does not take its password along to another host', async () => {
    await create({ name: 'moved', username: 'one', password: 'first' });
    for (const url of ['https://other.example.org', 'http://example.org', 'https://example.org:8443']) {
      expect(await change('moved', { url })).toMatchObject({
        status: 400,
        body: { code: 'invalid_request', field: 'password' },
      });
    }
    expect(await change('moved', { url: 'https://other.example.org', password: 'second' })).toMatchObject({
      status: 200,
      body: { url: 'https://other.example.org', has_password: true },
    });
  });

  it.each([
    'https://example.org/a/b',
    'http://10.0.0.1:8081/artifactory',
    'example.org',
    'example.org:5000',
    '[::1]:5000',
  ])('is at %s', async (url) => {
    const name = `at ${url.replaceAll('/', '|')}`;
    expect(await create({ name, url })).toMatchObject({ status: 201, body: { url, username: null } });
    expect((await server.request('GET', `${registries}/${encodeURIComponent(name)}`)).status).toBe(200);
  });

  it('is refused with the field that is wrong, and never shows a password that stands in its address', async () => {
    const refused: [object, string][] = [
      [{ url: '' }, 'url'],
      [{ url: 'ftp://example.org' }, 'url'],
      [{ url: 'file:///etc/passwd' }, 'url'],
      [{ url: 'https://' }, 'url'],
      [{ url: 'https://exam ple.org' }, 'url'],
      [{ url: 'https://example.org/?a=b' }, 'url'],
      [{ url: 'https://example.org/#a' }, 'url'],
      [{ url: 'example.org:port' }, 'url'],
      [{ url: `https://fleet:${password}@example.org` }, 'url'],
      [{ url: `fleet:${password}@example.org` }, 'url'],
      [{ url: `https://${password}@example.org` }, 'url'],
      [{ name: '' }, 'name'],
      [{ name: ' edge' }, 'name'],
      [{ name: '..' }, 'name'],
      [{ name: 'e'.repeat(129) }, 'name'],
      [{ password: 'p' }, 'username'],
      [{ username: 'a:b', password: 'p' }, 'username'],
      [{ username: 'a', password: 'p\nq' }, 'password'],
      [{ username: 'a', password: '' }, 'password'],
      [{ username: 'a', password: 'p'.repeat(4097) }, 'password'],
      [{ token: 'a' }, 'token'],
    ];
    for (const [wrong, field] of refused) {
      const { status, body } = await create({ name: 'wrong', ...wrong });
      expect([wrong, status, body.code, body.field]).toEqual([wrong, 400, 'invalid_request', field]);
      expect(JSON.stringify(body)).not.toContain(password);
    }
    expect((await server.request('GET', `${registries}/wrong`)).status).toBe(404);
    await create({ name: 'plain' });
    expect(await change('plain', { password: 'p' })).toMatchObject({ status: 400, body: { field: 'username' } });
    expect(await change('plain', { name: 'other' })).toMatchObject({ status: 400, body: { field: 'name' } });
    expect(log).not.toContain(password);
  });

  it('has a name of its own in its project, and is listed in the order of names', async () => {
    expect((await create({ name: 'once' })).status).toBe(201);
    expect(await create({ name: 'once' })).toMatchObject({
      status: 409,
      body: { code: 'already_exists', field: 'name' },
    });
    const elsewhere = '/api/v2/elsewhere/registries';
    for (const name of ['once', 'b', 'a', 'c']) {
      await server.request('POST', elsewhere, { body: { name, url: 'example.org' } });
    }
    const first = await server.request('GET', `${elsewhere}?limit=2`);
    const second = await server.request('GET', `${elsewhere}?limit=2&after=${first.body.next}`);
    const names = [first, second].map(({ body }) => body.items.map(({ name }: { name: string }) => name));
    expect(names).toEqual([
      ['a', 'b'],
      ['c', 'once'],
    ]);
    expect(second.body.next).toBeNull();
  });

  it('is for admins alone', async () => {
    const operator = await createTokenOf(server, 'operator');
    expect((await server.request('GET', registries, { token: operator })).status).toBe(403);
    const admin = await createTokenOf(server, 'admin');
    expect((await server.request('GET', registries, { token: admin })).status).toBe(200);
  });

  it('is deleted with its credentials, also with its whole project', async () => {
    await create({ name: 'gone', username: 'fleet', password });
    expect((await server.request('DELETE', `${registries}/gone`)).status).toBe(204);
    expect((await server.request('DELETE', `${registries}/gone`)).status).toBe(404);
    expect(await change('gone', { url: 'example.org' })).toMatchObject({ status: 404, body: { code: 'not_found' } });

    await server.request('POST', '/api/v2/projects', { body: { name: 'Short' } });
    const body = { name: 'left', url: 'example.org', username: 'fleet', password };
    await server.request('POST', '/api/v2/short/registries', { body });
    expect((await server.request('DELETE', '/api/v2/short')).status).toBe(204);
    expect(await sealedPassword('left')).toBeNull();
  });
});

async function create(body: Record<string, unknown>) {
  return server.request('POST', registries, { body: { url: 'https://example.org', ...body } });
}

async function change(name: string, body: object) {
  return server.request('PATCH', `${registries}/${name}`, { body });
}

async function sealedPassword(name: string): Promise<Buffer | null> {
  const row = await oneRow<{ password: Buffer | null }>(
    server.db,
    sql`select password from registry where name = ${name}`,
  );
  return row.password;
}

/** Every byte of a backup. */
async function backupOf({ database, deps }: TestServer): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'tideway-registries-'));
  const client = new pg.Client(database.connection);
  await client.connect();
  await writeBackup(join(folder, 'backup'), client, deps.blobs, 'test');
  await client.end();
  const bytes = gunzipSync(readFileSync(join(folder, 'backup'))).toString('latin1');
  rmSync(folder, { recursive: true });
  expect(bytes).toContain('files.example.org');
  return bytes;
}
