import { createHash, randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTokenOf, startTestServer, type TestServer } from '@tideway/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CommandLine } from './testing/command-line.ts';

const bytes = randomBytes(3 * 1024 * 1024);
const sha256 = createHash('sha256').update(bytes).digest('hex');
let server: TestServer;
let user: CommandLine;

beforeAll(async () => {
  server = await startTestServer();
  await server.request('POST', '/api/v2/projects', { body: { name: 'Fields' } });
  user = new CommandLine({ TIDEWAY_URL: server.url, TIDEWAY_TOKEN: server.owner.token });
  writeFileSync(join(user.home, 'app.bin'), bytes);
});

afterAll(async () => {
  user.end();
  await server.stop();
});

describe('tideway artifacts', () => {
  it('are uploaded once, and shown with their SHA-256', async () => {
    const push = ['artifacts', 'push', 'app.bin', 'app/1.1.0 beta/app.bin'];
    expect((await user.run(push)).out).toBe(`Uploaded app/1.1.0 beta/app.bin, 3.0 MiB\nSHA-256: ${sha256}\n`);
    const again = await user.run(push);
    expect(again.out).toBe(`Is there already: app/1.1.0 beta/app.bin, 3.0 MiB\nSHA-256: ${sha256}\n`);
    expect(await user.json(...push)).toMatchObject({ path: 'app/1.1.0 beta/app.bin', sha256, size: bytes.length });
    expect(await user.json('artifacts', 'list', '--prefix', 'app/')).toMatchObject([{ sha256 }]);
    expect((await user.run(['artifacts', 'list', '--prefix', 'none'])).out).toBe('There is no such artifact\n');
    const kept = await server.request('GET', '/api/v2/fields/artifacts/app/1.1.0%20beta/app.bin');
    expect(kept.headers.get('etag')).toBe(`"${sha256}"`);
  });

  it('are never overwritten', async () => {
    await user.run(['artifacts', 'push', 'app.bin', 'fixed.bin']);
    writeFileSync(join(user.home, 'other.bin'), 'other');
    const ended = await user.run(['artifacts', 'push', 'other.bin', 'fixed.bin']);
    expect(ended).toMatchObject({ code: 2, out: '', said: expect.stringContaining(`there: ${sha256}`) });
  });

  it('are refused where their path or file is none, or who pushes may not', async () => {
    const path = await user.run(['artifacts', 'push', 'app.bin', 'a//b']);
    expect(path).toMatchObject({ code: 2, said: expect.stringContaining('field: path') });
    const env = { TIDEWAY_TOKEN: await createTokenOf(server, 'viewer') };
    const viewer = await user.run(['artifacts', 'push', 'app.bin', 'viewer.bin'], { env });
    expect(viewer).toMatchObject({ code: 2, said: expect.stringContaining('code: forbidden') });
    const file = await user.run(['artifacts', 'push', 'none.bin', 'none.bin']);
    expect(file).toMatchObject({
      code: 2,
      said: expect.stringMatching(/^tideway: Cannot read the file: ENOENT[^\n]+\n$/),
    });
  });
});
