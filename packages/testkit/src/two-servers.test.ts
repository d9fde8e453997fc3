import { writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Deployment, Device } from '@tideway/protocol';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type Api, createApi } from './api.ts';
import { Stage } from './stage.ts';
import { createOwnDatabase } from './test-database.ts';

const programs = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', 'dist');
const project = '/api/v2/fleet';
const devices = ['one', 'two', 'three', 'four', 'five', 'six'];

let stage: Stage;
let database: Awaited<ReturnType<typeof createOwnDatabase>>;
let leftId: string;
let balancer: Server;
let api: Api;

beforeAll(async () => {
  stage = new Stage(programs);
  database = await createOwnDatabase(inject('postgres'));
  const settings = { DATABASE_URL: database.url, TIDEWAY_POLL_AFTER_S: '25' };
  const left = await stage.startServer(0, settings, 'left');
  leftId = (await ask<{ id: string }>('select id from server_lease'))[0]?.id ?? '';
  const right = await stage.startServer(0, settings, 'right');
  api = createApi(right, await stage.createToken('owner', settings));
  balancer = startBalancer([left, right]);
  await api.send('POST', '/api/v2/projects', { name: 'Fleet', key: 'fleet' });
  const flow = `flows: { work: { steps: [{ name: Work, run: 'while [ ! -e "$TIDEWAY_ROOT/go" ]; do sleep 0.1; done', repeatable: true }] } }`;
  await api.send('POST', `${project}/update-flows?id=f-0000-0001`, flow, 'application/yaml');
  const { token } = await api.send<{ token: string }>('POST', `${project}/pairing-tokens`, {});
  for (const device of devices) stage.startAgent(device, ['--server', balancedUrl(), '--pairing-token', token]);
  await until(async () => (await serversOfDevices()).size === devices.length);
});

afterAll(async () => {
  await stage.stop();
  balancer.close();
  await database.drop();
});

describe('two servers on one database, of which one is killed', () => {
  it('lose nothing: its devices come back on the other one and finish, and one that does not is offline', async () => {
    const before = await serversOfDevices();
    expect(new Set(before.values()).size).toBe(2);
    const dead = devices.find((device) => before.get(device) === leftId) ?? '';
    const deployment = await order();
    await until(async () => (await counts(deployment)).in_progress === devices.length);

    await Promise.all([stage.kill('left'), stage.kill(dead)]);
    const killedMs = performance.now();
    for (const device of devices) writeFileSync(join(stage.rootOf(device), 'go'), '');
    expect((await find(dead)).state).toBe('online');
    await until(async () => (await find(dead)).state === 'offline');
    // Its lease lasts for 30 s; polling, it would have the time of three intervals and a minute.
    expect((performance.now() - killedMs) / 1000).toBeLessThan(90);

    await until(async () => (await counts(deployment)).success === devices.length - 1);
    const after = await serversOfDevices();
    expect(new Set([...after.values()].filter((id) => id !== leftId)).size).toBe(1);
    stage.startAgent(dead, ['--server', balancedUrl()]);
    await until(async () => (await counts(deployment)).success === devices.length);
    expect((await find(dead)).state).toBe('online');
  });
});

/** Passes connections on: channels by turns to the servers that listen, the rest to any of them. */
function startBalancer(servers: string[]): Server {
  const ports = servers.map((url) => Number(new URL(url).port));
  let turn = 0;
  const server = createServer((incoming) => {
    incoming.once('data', (first) => {
      incoming.pause();
      if (String(first).includes('/device/v1/channel')) turn += 1;
      pass(incoming, first, [ports[turn % 2], ports[(turn + 1) % 2]] as [number, number]);
    });
    incoming.on('error', () => incoming.destroy());
  });
  return server.listen(0, '127.0.0.1');
}

function pass(incoming: Socket, first: Buffer, [port, ...others]: number[]): void {
  if (port === undefined) {
    incoming.destroy();
    return;
  }
  const outgoing = connect(port, '127.0.0.1');
  outgoing.once('error', () => pass(incoming, first, others));
  outgoing.once('connect', () => {
    outgoing.removeAllListeners('error');
    outgoing.on('error', () => incoming.destroy());
    outgoing.on('close', () => incoming.destroy());
    incoming.on('close', () => outgoing.destroy());
    outgoing.write(first);
    incoming.pipe(outgoing).pipe(incoming);
  });
}

function balancedUrl(): string {
  return `http://127.0.0.1:${(balancer.address() as AddressInfo).port}`;
}

/** The server at which each device holds a channel open, by the device's name. */
async function serversOfDevices(): Promise<Map<string, string>> {
  const found = await ask<{ name: string; server_id: string }>(
    'select d.name, p.server_id from device_presence p join device d on d.id = p.device_id where p.server_id is not null',
  );
  return new Map(found.map(({ name, server_id }) => [name, server_id]));
}

async function ask<Row extends pg.QueryResultRow>(question: string): Promise<Row[]> {
  const client = new pg.Client(database.connection);
  await client.connect();
  return client
    .query<Row>(question)
    .then(({ rows }) => rows)
    .finally(() => client.end());
}

async function order(): Promise<string> {
  const body = { deployment_configuration: { flow_uuid: 'f-0000-0001' }, device_filter: { groups: [], filters: [] } };
  return (await api.send<{ deployment_id: string }>('POST', `${project}/deployments`, body)).deployment_id;
}

async function counts(deployment: string): Promise<Deployment['counts']> {
  return (await api.get<Deployment>(`${project}/deployments/${deployment}`)).counts;
}

async function find(name: string): Promise<Device> {
  const { items } = await api.get<{ items: Device[] }>(`${project}/devices?search=${name}`);
  const [device] = items;
  if (device === undefined) throw new Error(`There is no device ${name}`);
  return device;
}

/** Waits for a condition; while it cannot be asked, it does not hold. */
async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition().catch(() => false))) await delay(100);
}
