import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { eventually, startTestServer, type TestServer } from '@tideway/testkit';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { execute, oneRow } from '../../platform/database/database.ts';

let server: TestServer;
const artifacts = '/api/v2/greenhouses/artifacts';

beforeAll(async () => {
  server = await startTestServer({ maxArtifactBytes: 1000 });
  await execute(
    server.db,
    sql`insert into project (account_id, key, name) values (${server.owner.accountId}, 'greenhouses', 'Greenhouses')`,
  );
});

afterAll(() => server.stop());

describe('an artifact', () => {
  it('is kept with its SHA-256 and given back as it was', async () => {
    const put = await server.request('PUT', `${artifacts}/app/1.0.0/app.bin`, { body: 'tideway' });
    const got = await server.request('GET', `${artifacts}/app/1.0.0/app.bin`);

    expect(put.status).toBe(201);
    expect(put.body).toMatchObject({ path: 'app/1.0.0/app.bin', sha256: sha256('tideway'), size: 7 });
    expect(got.body).toBe('tideway');
    expect(got.headers.get('content-disposition')).toContain('attachment');
    expect(got.headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('may be empty, and come without a content type', async () => {
    const put = await server.request('PUT', `${artifacts}/empty`);
    expect([put.status, put.body.size]).toEqual([201, 0]);
    const bytes = await server.request('PUT', `${artifacts}/untyped`, { body: new Uint8Array([1, 2]) });
    expect([bytes.status, bytes.body.size]).toEqual([201, 2]);
  });

  it('is never overwritten, and the same bytes again are answered as the first time', async () => {
    await server.request('PUT', `${artifacts}/once`, { body: 'first' });
    const same = await server.request('PUT', `${artifacts}/once`, { body: 'first' });
    const other = await server.request('PUT', `${artifacts}/once`, { body: 'second' });

    expect([same.status, same.body.sha256]).toEqual([201, sha256('first')]);
    expect([other.status, other.body.code]).toEqual([409, 'already_exists']);
    expect((await server.request('GET', `${artifacts}/once`)).body).toBe('first');
    expect(await server.deps.blobs.list('artifacts')).toHaveLength(await countArtifacts());
  });

  it('leaves nothing behind when its upload breaks off', async () => {
    const before = await server.deps.blobs.list('artifacts');
    await breakOffUpload(`${artifacts}/broken`);
    await eventually(async () => {
      expect((await server.request('GET', `${artifacts}/broken`)).status).toBe(404);
      expect(await server.deps.blobs.list('artifacts')).toEqual(before);
    });
  });

  it('is refused without a body, and says how to send one', async () => {
    const before = await countArtifacts();
    const answer = await requestWithoutBody(`${artifacts}/missing`);

    expect(answer).toMatch(/^HTTP\/1.1 400 /);
    expect(answer).toContain('"The body is missing: send the bytes of the file, as with curl --upload-file"');
    expect(await countArtifacts()).toBe(before);
  });

  it.each([undefined, 'application/octet-stream'])('may be empty, sent as %s', async (type) => {
    const path = `${artifacts}/empty-${type === undefined}`;
    const headers = type === undefined ? undefined : { 'content-type': type };
    const put = await server.request('PUT', path, { body: new Uint8Array(), ...(headers && { headers }) });
    const got = await server.request('GET', path);

    expect([put.status, put.body.size, put.body.sha256]).toEqual([201, 0, sha256('')]);
    expect([got.status, got.body]).toEqual([200, '']);
  });

  it('is refused where it is too large, and nothing of it is kept', async () => {
    const before = await server.deps.blobs.list('artifacts');
    const put = await server.request('PUT', `${artifacts}/large`, { body: 'x'.repeat(1001) });

    expect([put.status, put.body.code]).toEqual([413, 'too_large']);
    expect(await server.deps.blobs.list('artifacts')).toEqual(before);
  });

  it.each(['a//b', 'a%2f..%2fb', 'a%2f.%2fb', 'a%00b', 'a%0ab', `a/${'x'.repeat(1100)}`])(
    'is refused at %s',
    async (path) => {
      const put = await server.request('PUT', `${artifacts}/${path}`, { body: 'tideway' });

      expect(put.status).toBeGreaterThanOrEqual(400);
      expect(put.status).toBeLessThan(500);
    },
  );

  it('is listed in pages, by prefix', async () => {
    for (const name of ['list/a', 'list/b', 'list/c', 'other/a']) {
      await server.request('PUT', `${artifacts}/${name}`, { body: name });
    }
    const first = await server.request('GET', `${artifacts}?prefix=list/&limit=2`);
    const second = await server.request('GET', `${artifacts}?prefix=list/&limit=2&after=${first.body.next}`);

    expect(first.body.items.map((item: { path: string }) => item.path)).toEqual(['list/a', 'list/b']);
    expect(second.body.items.map((item: { path: string }) => item.path)).toEqual(['list/c']);
    expect(second.body.next).toBeNull();
  });

  it('is deleted with its bytes', async () => {
    await server.request('PUT', `${artifacts}/gone`, { body: 'gone' });
    const deleted = await server.request('DELETE', `${artifacts}/gone`);

    expect(deleted.status).toBe(204);
    expect((await server.request('GET', `${artifacts}/gone`)).status).toBe(404);
    expect(await server.deps.blobs.list('artifacts')).toHaveLength(await countArtifacts());
  });
});

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

async function countArtifacts(): Promise<number> {
  const { count } = await oneRow<{ count: number }>(server.db, sql`select count(*) as count from artifact`);
  return count;
}

/** As `curl -X PUT` asks: with neither content-length nor transfer-encoding, which `fetch` cannot do. */
async function requestWithoutBody(path: string): Promise<string> {
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
  const head = [
    `PUT ${path} HTTP/1.1`,
    'host: 127.0.0.1',
    `authorization: Bearer ${server.owner.token}`,
    'connection: close',
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n`);
  return text(socket);
}

async function breakOffUpload(path: string): Promise<void> {
  const upload = httpRequest(`${server.url}${path}`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${server.owner.token}`, 'content-length': '500', expect: '100-continue' },
  });
  upload.on('error', () => {});
  upload.flushHeaders();
  await once(upload, 'continue');
  await new Promise((resolve) => upload.write('only the beginning', resolve));
  upload.destroy();
}
