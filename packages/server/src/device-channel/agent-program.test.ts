import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTestServer, type TestServer } from '@tideway/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'tideway-agent-files-'));
const program = 'console.log("a tide is coming");\n'.repeat(1000);
let server: TestServer;

beforeAll(async () => {
  server = await startTestServer({ agentFiles: folder });
});

afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

describe('the program of the agent', () => {
  it('is not there where none was made', async () => {
    for (const path of ['/agent/manifest.json', '/agent/files/tideway-agent.mjs']) {
      const { status, body } = await get(path);
      expect([status, body.error_message]).toEqual([404, 'This server has no program of the agent to give out']);
    }
  });

  it('is told with its version to everybody', async () => {
    const manifest = makeProgram(program);
    const { status, body } = await get('/agent/manifest.json');
    expect([status, body]).toEqual([200, manifest]);
  });

  it('is sent as a whole, with its hash as its tag', async () => {
    const { files } = makeProgram(program);
    const { status, body, headers } = await get('/agent/files/tideway-agent.mjs');
    expect(status).toBe(200);
    expect(body).toBe(program);
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-length': String(program.length),
      'content-type': 'application/octet-stream',
      'accept-ranges': 'bytes',
      'cache-control': 'public, no-cache',
      etag: `"${files[0].sha256}"`,
    });
  });

  it('is sent from where a broken download ended, while it is the same', async () => {
    const { files } = makeProgram(program);
    const part = await get('/agent/files/tideway-agent.mjs', {
      range: 'bytes=32000-',
      'if-range': `"${files[0].sha256}"`,
    });
    expect([part.status, part.body]).toEqual([206, program.slice(32_000)]);
    expect(part.headers.get('content-range')).toBe(`bytes 32000-${program.length - 1}/${program.length}`);
    const whole = await get('/agent/files/tideway-agent.mjs', { range: 'bytes=32000-', 'if-range': '"another"' });
    expect([whole.status, whole.body]).toEqual([200, program]);
  });

  it('is not sent again to who has it', async () => {
    const { files } = makeProgram(program);
    const { status, body } = await get('/agent/files/tideway-agent.mjs', { 'if-none-match': `"${files[0].sha256}"` });
    expect([status, body]).toEqual([304, '']);
  });

  it('is a newer one as soon as it is there', async () => {
    makeProgram(program);
    const newer = makeProgram('console.log("newer");');
    expect((await get('/agent/manifest.json')).body).toEqual(newer);
    expect((await get('/agent/files/tideway-agent.mjs')).body).toBe('console.log("newer");');
  });

  it('has only the files of its manifest, whole ones, and none beside its folder', async () => {
    makeProgram(program);
    writeFileSync(join(folder, 'secret'), 'of the server');
    writeFileSync(join(folder, 'tideway-agent.mjs'), program.slice(1));
    for (const name of ['secret', 'manifest.json', '..%2f..%2fetc%2fpasswd', 'tideway-agent.mjs']) {
      const { status, body } = await get(`/agent/files/${name}`);
      expect([name, status, body.code]).toEqual([name, 404, 'not_found']);
    }
  });
});

function makeProgram(text: string) {
  const sha256 = createHash('sha256').update(text).digest('hex');
  const file = { name: 'tideway-agent.mjs', kind: 'node', os: null, arch: null, size: text.length, sha256 };
  const manifest = { version: `1.2.3+${sha256.slice(0, 12)}`, files: [file] as [typeof file] };
  writeFileSync(join(folder, file.name), text);
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest));
  return manifest;
}

function get(path: string, headers: Record<string, string> = {}) {
  return server.request('GET', path, { token: null, headers });
}
