import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createServer as createSecureServer, type Server as SecureServer } from 'node:tls';
import { fileURLToPath } from 'node:url';
import type { Device, UpdateDetails } from '@tideway/protocol';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { makeCertificate } from '../../agent/src/testing/certificate.ts';
import { ForwardProxy } from '../../agent/src/testing/forward-proxy.ts';
import { hasProgram } from '../../agent/src/testing/programs.ts';
import { type Api, createApi } from './api.ts';
import { Nginx } from './nginx.ts';
import { Stage } from './stage.ts';

const programs = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', 'dist');
const project = '/api/v2/fleet';

let stage: Stage;
let server: string;
let api: Api;
let pairing: string;
let orders = 0;

beforeAll(async () => {
  stage = new Stage(programs);
  server = await stage.startServer(0, { TIDEWAY_POLL_AFTER_S: '0.3' });
  api = createApi(server, await stage.createToken('owner'));
  await api.send('POST', '/api/v2/projects', { name: 'Fleet', key: 'fleet' });
  pairing = (await api.send<{ token: string }>('POST', `${project}/pairing-tokens`, {})).token;
});
afterAll(() => stage.stop());

describe.skipIf(!hasProgram('nginx'))('an agent behind a bad network (nginx)', () => {
  const size = 3_000_000;
  let network: Nginx;

  beforeAll(async () => {
    network = await Nginx.open(server);
    // A plain proxy, as it stands in many networks: it buffers answers and knows no WebSocket.
    await network.serve({});
    stage.startAgent('edge', ['--server', network.url, '--pairing-token', pairing]);
  });
  afterAll(() => network.close());

  it('works by polling where the proxy lets no WebSocket through', async () => {
    const order = await orderFor('edge', size);
    await expectSuccess(order);
    expect(stage.logOf('edge')).toContain('The agent polls until there is one.');
  });

  it('has its channel where the proxy passes it, and another one where that cuts it when nothing is said', async () => {
    const upgrading = `proxy_pass $server; proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection upgrade; proxy_read_timeout 1s;`;
    await network.serve({ others: upgrading });
    stage.startAgent('cut', ['--server', network.url, '--pairing-token', pairing]);
    await until(async () => (await find('cut'))?.state === 'online');
    await expectSuccess(await orderFor('cut', 1000));
    await until(async () => (await find('cut'))?.state === 'offline');
    await expectSuccess(await orderFor('cut', 1000));
    await stage.end('cut');
  });

  it('takes its time where the line is slow', async () => {
    await network.serve({ downloads: 'proxy_pass $server; limit_rate 1500k;' });
    await expectSuccess(await orderFor('edge', size));
  });

  it('goes on at the byte where the line was cut in the middle', async () => {
    await network.serve({ downloads: 'proxy_pass $server; limit_rate 500k;' });
    const order = await orderFor('edge', size);
    await until(async () => partOf('edge') > 100_000);
    await network.cut();
    const came = partOf('edge');
    await network.serve({});
    await expectSuccess(order);
    await hasSaid(order, /The download broke off at [\d.]+ (kB|MB): .+ Trying again in [\d.]+ s\./);
    expect(came).toBeLessThan(size);
  });

  it('begins anew where it is sent another part than it asked for', async () => {
    await network.serve({ downloads: 'proxy_pass $server; limit_rate 500k;' });
    const order = await orderFor('edge', size);
    await until(async () => partOf('edge') > 100_000);
    // Whoever asks for a part gets another one.
    const wrong = 'set $part $http_range; if ($part) { set $part "bytes=7-99"; } proxy_set_header If-Range "";';
    await network.serve({ downloads: `${wrong} proxy_set_header Range $part; proxy_pass $server;` });
    await expectSuccess(order);
    await hasSaid(order, /The server sent another part than was asked for\./);
  });

  it('fetches the whole once more where the part it is sent is not what it is said to be', async () => {
    await network.serve({ downloads: 'proxy_pass $server; limit_rate 500k;' });
    const order = await orderFor('edge', size);
    await until(async () => partOf('edge') > 100_000);
    const changed = "sub_filter_types *; sub_filter_once off; sub_filter 'tideway' 'TIDEWAY';";
    const ranged = 'if ($http_range) { rewrite ^(.*)$ /changed$1 last; }';
    await network.serve({
      downloads: `${ranged} proxy_pass $server;`,
      others: `location /changed/ { ${changed} proxy_pass $server/; } proxy_pass $server;`,
    });
    await expectSuccess(order);
    await hasSaid(order, /fetching it once more as a whole/);
  });

  it('fails with both sums where other bytes arrive than were ordered, and keeps nothing of them', async () => {
    const changed = "sub_filter_types *; sub_filter_once off; sub_filter 'tideway' 'TIDEWAY';";
    await network.serve({ downloads: `${changed} proxy_pass $server;` });
    const order = await orderFor('edge', size);
    await expectFailure(order, 'artifact_changed', /got 3000000 bytes with SHA-256 [0-9a-f]{64}\.$/);
    expect(order.file()).toBeNull();
    expect(partOf('edge')).toBe(0);
  });

  it.each([
    ['429, a number of seconds', 'add_header Retry-After 2 always; return 429;', /Trying again in [2-4]\.\d s\./],
    ['503, a date that is over', `add_header Retry-After "${new Date(0).toUTCString()}" always; return 503;`, /503/],
    ['502, nothing', 'return 502;', /The server answered with status 502\. Trying again/],
  ])('is patient with a server that answers %s', async (_what, downloads, told) => {
    await network.serve({ downloads });
    const order = await orderFor('edge', size);
    await hasSaid(order, told);
    await network.serve({});
    await expectSuccess(order);
  });

  it.each([
    ['a number of seconds', '86400'],
    ['a date', 'Fri, 31 Dec 9999 23:59:59 GMT'],
  ])('waits no longer than its step may take, whatever the server asks for: %s', async (_what, asked) => {
    await network.serve({ downloads: `add_header Retry-After "${asked}" always; return 503;` });
    const order = await orderFor('edge', size, '3s');
    await expectFailure(order, 'timed_out', /time limit of 3 s/);
    await hasSaid(order, /Trying again in 36\d\d\.\d s/);
  });

  it('says that the server does not give an artifact, and by what status', async () => {
    await network.serve({ downloads: 'return 403;' });
    const order = await orderFor('edge', size);
    await expectFailure(order, 'artifact_unavailable', /The server does not give the artifact .+ status 403\.$/);
  });

  it('hears and reports on through 429 and 503 for everything else', async () => {
    await network.serve({ others: 'add_header Retry-After 1 always; return 429;' });
    const order = await orderFor('edge', size);
    await until(async () => stage.logOf('edge').includes('The server answered with status 429.'));
    await network.serve({ others: 'add_header Retry-After 1 always; return 503;' });
    await until(async () => stage.logOf('edge').includes('The server answered with status 503.'));
    await network.serve({});
    await expectSuccess(order);
  });

  it('stays below its limit of bandwidth', async () => {
    await network.serve({});
    const options = ['--server', network.url, '--pairing-token', pairing, '--max-download-rate', '1MB'];
    stage.startAgent('thin', options);
    const order = await orderFor('thin', 2 * size);
    await expectSuccess(order);
    const { steps } = await order.details();
    const [began, ended] = [steps[0]?.started_at, steps[0]?.finished_at].map((time) => Date.parse(time ?? ''));
    // A quarter of a second's worth may come at once, and the report of the begin may take longer than that of the end.
    expect((ended ?? 0) - (began ?? 0)).toBeGreaterThan(5000);
  });
});

describe('an agent behind a forward proxy', () => {
  let proxy: ForwardProxy;
  let secure: SecureServer | null = null;
  const folder = mkdtempSync(join(tmpdir(), 'tideway-proxy-'));

  beforeAll(async () => {
    proxy = new ForwardProxy();
    await proxy.start();
  });
  afterEach(() => proxy.asked.splice(0));
  afterAll(async () => {
    await stage.end('plain');
    await stage.end('secure');
    await proxy.stop();
    secure?.close();
    rmSync(folder, { recursive: true });
  });

  it('reaches its server through it for calls, the channel and downloads', async () => {
    const named = server.replace('127.0.0.1', 'updates.test');
    stage.startAgent('plain', ['--server', named, '--pairing-token', pairing], {
      http_proxy: proxy.url,
      NO_PROXY: 'x',
    });
    await until(async () => (await find('plain'))?.state === 'online');
    await expectSuccess(await orderFor('plain', 100_000));
    const host = new URL(named).host;
    expect(proxy.asked).toContain(`POST http://${host}/device/v1/join`);
    expect(proxy.asked).toContain(`CONNECT ${host}`);
    expect(proxy.asked.some((line) => line.startsWith(`GET http://${host}/device/v1/artifacts/`))).toBe(true);
    expect(stage.logOf('plain')).not.toContain('polls until');
  });

  it.skipIf(!hasProgram('openssl'))('does so over TLS too, and speaks with the server alone', async () => {
    const { key, cert, certFile } = makeCertificate(folder, 'updates.test');
    const { port } = new URL(server);
    secure = createSecureServer({ key, cert }, (socket) => {
      const behind = connect(Number(port), '127.0.0.1');
      socket.pipe(behind).pipe(socket);
      socket.on('error', () => behind.destroy());
      behind.on('error', () => socket.destroy());
    });
    await new Promise<void>((resolve) => secure?.listen(0, '127.0.0.1', resolve));
    const address = secure.address();
    const host = `updates.test:${typeof address === 'object' ? address?.port : ''}`;
    proxy.credentials = 'device:secret';
    const settings = { HTTPS_PROXY: proxy.url, NODE_EXTRA_CA_CERTS: certFile };
    stage.startAgent('secure', ['--server', `https://${host}`, '--pairing-token', pairing], settings);
    await until(async () => (await find('secure'))?.state === 'online');
    await expectSuccess(await orderFor('secure', 100_000));
    expect(new Set(proxy.asked)).toEqual(new Set([`CONNECT ${host}`]));
    expect(stage.logOf('secure')).not.toContain('secret');
    expect(stage.logOf('secure')).not.toContain('polls until');
  });

  it('says in one sentence where the proxy does not help', async () => {
    proxy.credentials = 'other:secret';
    const settings = { HTTPS_PROXY: proxy.url.replace('other', 'wrong') };
    stage.startAgent('refused', ['--server', 'https://updates.test', '--pairing-token', pairing], settings);
    await until(async () => stage.logOf('refused').includes('does not let us reach updates.test:443 (status 407).'));
    await stage.end('refused');
    expect(stage.logOf('refused')).not.toContain('secret');
  });
});

type Order = {
  bytes: Buffer;
  details: () => Promise<UpdateDetails>;
  log: () => Promise<string>;
  /** What is in the artifact's place on the device. */
  file: () => Buffer | null;
};

/** Orders a device to put an artifact of its own in place, in a step with this time limit. */
async function orderFor(name: string, size: number, timeout = '5m'): Promise<Order> {
  await until(async () => (await find(name)) !== undefined);
  const device = (await find(name))?.id ?? '';
  const artifact = `order-${++orders}`;
  const bytes = Buffer.alloc(size, `${artifact} of tideway `);
  const put = { method: 'PUT', headers: { authorization: `Bearer ${await token()}` }, body: bytes };
  const uploaded = await fetch(`${server}${project}/artifacts/${artifact}`, put);
  expect(uploaded.status).toBe(201);
  const step = `{ name: Place, uses: tideway/files, timeout: ${timeout}, with: { artifact: ${artifact}, path: /${artifact} } }`;
  const id = `f-0000-00${String(orders).padStart(2, '0')}`;
  const flow = `flows: { ${artifact}: { steps: [${step}] } }`;
  await api.send('POST', `${project}/update-flows?id=${id}`, flow, 'application/yaml');
  const body = { device_ids: [device], deployment_configuration: { flow_uuid: id } };
  const { deployment_id } = await api.send<{ deployment_id: string }>('POST', `${project}/deployments`, body);
  const path = `${project}/deployments/${deployment_id}/updates/${device}`;
  const file = join(stage.rootOf(name), artifact);
  return {
    bytes,
    details: () => api.get(path),
    log: async () => (await api.get<{ output: string }>(`${path}/log`)).output,
    file: () => (existsSync(file) ? readFileSync(file) : null),
  };
}

async function expectSuccess(order: Order): Promise<void> {
  const { status, message } = await ended(order);
  expect({ status, message }).toEqual({ status: 'success', message: null });
  expect(sha256(order.file() ?? Buffer.alloc(0))).toBe(sha256(order.bytes));
}

async function expectFailure(order: Order, reason: string, message: RegExp): Promise<void> {
  const details = await ended(order);
  expect(details).toMatchObject({ status: 'failed', reason, message: expect.stringMatching(message) });
}

async function ended(order: Order): Promise<UpdateDetails> {
  for (;;) {
    const details = await order.details();
    if (details.finished_at !== null) return details;
    await delay(50);
  }
}

/** Waits until this is in the output of an order, which may come later than its end. */
async function hasSaid(order: Order, told: RegExp): Promise<void> {
  await until(async () => told.test(await order.log()));
}

/** Bytes that have come so far of what a device downloads. */
function partOf(device: string): number {
  const cache = join(stage.stateOf(device), 'cache');
  const parts = readdirSync(cache).filter((name) => name.endsWith('.part'));
  return parts.reduce((sum, name) => sum + (statSync(join(cache, name), { throwIfNoEntry: false })?.size ?? 0), 0);
}

let ownerToken: Promise<string> | null = null;
function token(): Promise<string> {
  ownerToken ??= stage.createToken('owner');
  return ownerToken;
}

async function find(name: string): Promise<Device | undefined> {
  return (await api.get<{ items: Device[] }>(`${project}/devices?search=${name}`)).items[0];
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition().catch(() => false))) await delay(50);
}
