import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import type { Deployment, Device } from '@tideway/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Api, createApi } from './api.ts';
import { Stage } from './stage.ts';

const programs = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', 'dist');
const project = '/api/v2/fleet';
// Nobody polls in the time of a test: what reaches a device has woken it.
const hourly = { TIDEWAY_POLL_AFTER_S: '3600' };

let stage: Stage;
let url: string;
let api: Api;
let pairing: string;
let proxy: Server;

beforeAll(async () => {
  stage = new Stage(programs);
  url = await stage.startServer(0, hourly);
  api = createApi(url, await stage.createToken('owner'));
  await api.send('POST', '/api/v2/projects', { name: 'Fleet', key: 'fleet' });
  const flow = 'flows: { greet: { steps: [{ name: Greet, run: \'echo hello >> "$TIDEWAY_ROOT/greetings"\' }] } }';
  await api.send('POST', `${project}/update-flows?id=f-0000-0001`, flow, 'application/yaml');
  const counting = `flows:
  count:
    steps:
      - name: Count
        run: 'for round in 1 2 3; do echo "round $round"; until [ -e "$TIDEWAY_ROOT/seen-$round" ]; do sleep 0.1; done; done'
`;
  await api.send('POST', `${project}/update-flows?id=f-0000-0002`, counting, 'application/yaml');
  pairing = (await api.send<{ token: string }>('POST', `${project}/pairing-tokens`, {})).token;
  proxy = startProxyWithoutUpgrades(Number(new URL(url).port));
});

afterAll(async () => {
  await stage.stop();
  proxy.closeAllConnections();
  proxy.close();
});

describe('an agent at a server', () => {
  it('is woken by an order, though it would not ask for an hour', async () => {
    stage.startAgent('awake', ['--server', url, '--pairing-token', pairing]);
    await until(async () => (await stateOf('awake')) === 'online');
    await expectSuccessOn('awake');
  });

  it('shows what a step says while it runs', async () => {
    const root = stage.rootOf('awake');
    const deployment = await orderFor('awake', 'f-0000-0002');
    for (const round of [1, 2, 3]) {
      await until(async () => (await outputOf(deployment, 'awake')).includes(`round ${round}\n`));
      expect(await outputOf(deployment, 'awake')).not.toContain(`round ${round + 1}\n`);
      writeFileSync(join(root, `seen-${round}`), '');
    }
    await until(() => hasSucceeded(deployment));
  });

  it('says now and then what a step prints, also where nobody reads along', async () => {
    const root = stage.rootOf('awake');
    for (const round of [1, 2, 3]) rmSync(join(root, `seen-${round}`), { force: true });
    const deployment = await orderFor('awake', 'f-0000-0002');
    for (const round of [1, 2, 3]) {
      await until(async () => keptOutputOf(deployment).includes(`round ${round}\n`));
      writeFileSync(join(root, `seen-${round}`), '');
    }
    await until(() => hasSucceeded(deployment));
  });

  it('is offline as soon as it ends, and says what it did when it is back', async () => {
    await stage.kill('awake');
    await until(async () => (await stateOf('awake')) === 'offline');
    const deployment = await orderFor('awake');
    stage.startAgent('awake', ['--server', url]);
    await until(() => hasSucceeded(deployment));
  });

  it('comes back to a channel after the server was killed, and when it was stopped', async () => {
    const port = Number(new URL(url).port);
    await stage.kill('server');
    await stage.startServer(port, hourly);
    await expectSuccessOn('awake');
    await stage.end('server');
    await stage.startServer(port, hourly);
    await expectSuccessOn('awake');
  });

  it('works by polling behind a proxy that knows no WebSocket', async () => {
    const port = Number(new URL(url).port);
    await stage.end('server');
    await stage.startServer(port, { TIDEWAY_POLL_AFTER_S: '1' });
    const address = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    stage.startAgent('behind', ['--server', address, '--pairing-token', pairing]);
    await until(async () => (await stateOf('behind')) === 'online');
    await expectSuccessOn('behind');
    expect(stage.logOf('behind')).toContain('No channel can be opened');
  });
});

/** Passes calls on to a port, and cuts every connection that wants to be more than a call. */
function startProxyWithoutUpgrades(port: number): Server {
  const server = createServer((incoming, outgoing) => {
    const { method, url: path, headers } = incoming;
    const passed = request({ host: '127.0.0.1', port, method, path, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    passed.on('error', () => outgoing.writeHead(502).end());
    incoming.pipe(passed);
  });
  server.on('upgrade', (_request, socket) => socket.destroy());
  return server.listen(0, '127.0.0.1');
}

async function expectSuccessOn(device: string): Promise<void> {
  const deployment = await orderFor(device);
  await until(() => hasSucceeded(deployment));
}

async function orderFor(name: string, flow = 'f-0000-0001'): Promise<string> {
  const { id } = await find(name);
  const body = { device_ids: [id], deployment_configuration: { flow_uuid: flow } };
  return (await api.send<{ deployment_id: string }>('POST', `${project}/deployments`, body)).deployment_id;
}

async function outputOf(deployment: string, name: string): Promise<string> {
  const { id } = await find(name);
  return (await api.get<{ output: string }>(`${project}/deployments/${deployment}/updates/${id}/log`)).output;
}

/** What the server keeps of the output of a deployment for one device, without asking it for that. */
function keptOutputOf(deployment: string): string {
  const home = join(stage.home, 'server');
  const files = readdirSync(home, { recursive: true, encoding: 'utf8' }).sort();
  const pieces = files.filter((file) => file.includes(`output/${deployment}/`) && file.endsWith('.gz'));
  return pieces.map((piece) => gunzipSync(readFileSync(join(home, piece))).toString()).join('');
}

async function hasSucceeded(deployment: string): Promise<boolean> {
  return (await api.get<Deployment>(`${project}/deployments/${deployment}`)).counts.success === 1;
}

async function stateOf(name: string): Promise<string | undefined> {
  return (await find(name)).state;
}

async function find(name: string): Promise<Device> {
  const { items } = await api.get<{ items: Device[] }>(`${project}/devices?search=${name}`);
  const [device] = items;
  if (device === undefined) throw new Error(`There is no device ${name} yet`);
  return device;
}

/** Waits for a condition; while it cannot be asked, it does not hold. */
async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition().catch(() => false))) await delay(50);
}
