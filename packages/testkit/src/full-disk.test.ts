import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Api, createApi } from './api.ts';
import { Stage } from './stage.ts';

const programs = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', 'dist');
const disk = mkdtempSync(join(tmpdir(), 'tideway-disk-'));
const canMount = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=450m', 'tmpfs', disk]).status === 0;

let stage: Stage;
let url: string;
let token: string;
let api: Api;

beforeAll(async () => {
  if (!canMount) return;
  stage = new Stage(programs);
  const settings = { TIDEWAY_HOME: join(disk, 'home') };
  url = await stage.startServer(0, settings);
  token = await stage.createToken('owner', settings);
  api = createApi(url, token);
  await api.send('POST', '/api/v2/projects', { name: 'Fleet', key: 'fleet' });
});

afterAll(async () => {
  if (canMount) {
    await stage.stop();
    execFileSync('umount', [disk]);
  }
  rmSync(disk, { recursive: true, force: true });
});

describe('a server whose disk is full', () => {
  it.runIf(canMount)('says so, loses nothing that it acknowledged, and goes on when there is room', async () => {
    const filler = join(disk, 'filler');
    spawnSync('dd', ['if=/dev/zero', `of=${filler}`, 'bs=64k']);
    const upload = await send('PUT', '/api/v2/fleet/artifacts/big', Buffer.alloc(3_000_000));
    expect([upload.status, upload.body]).toMatchObject([
      503,
      { code: 'unavailable', error_message: 'The disk of the server is full: nothing can be kept at the moment' },
    ]);
    truncateSync(filler, statSync(filler).size - 512 * 1024);
    const acknowledged: string[] = [];
    let status = 201;
    for (let count = 0; count < 200 && status === 201; count += 1) {
      status = (await send('POST', '/api/v2/fleet/update-flows', longFlow(count), 'application/yaml')).status;
      if (status === 201) acknowledged.push(`flow ${count}`);
    }
    expect(status).toBe(503);
    expect(acknowledged.length).toBeGreaterThan(0);

    rmSync(filler);
    await until(async () => (await send('PUT', '/api/v2/fleet/artifacts/big', Buffer.alloc(3_000_000))).status === 201);
    const { items } = await api.get<{ items: { name: string }[] }>('/api/v2/fleet/update-flows?limit=1000');
    const kept = new Set(items.map(({ name }) => name));
    expect(acknowledged.filter((name) => !kept.has(name))).toEqual([]);
  });
});

/** A flow whose text cannot be made shorter. */
function longFlow(count: number): string {
  return `flows: { "flow ${count}": { steps: [{ name: a, run: 'true' }] } }\n# ${randomBytes(60_000).toString('hex')}`;
}

async function send(
  method: string,
  path: string,
  body: string | Buffer<ArrayBuffer>,
  type = 'application/octet-stream',
) {
  const headers = { authorization: `Bearer ${token}`, 'content-type': type };
  const response = await fetch(url + path, { method, headers, body });
  return { status: response.status, body: (await response.json()) as unknown };
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition().catch(() => false))) await delay(200);
}
