import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Deployment, Update, UpdateDetails } from '@tideway/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Api, createApi } from './api.ts';
import { Stage } from './stage.ts';

const programs = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', 'dist');
const project = '/api/v2/fleet';
const devices = ['one', 'two', 'three'];
/** Each round kills one of all these, or two at once, and starts them again. */
const rounds = process.env.TIDEWAY_LONG ? 300 : 20;

/** One caller looks at everything, as fast as it can. */
const settings = { TIDEWAY_TOKEN_CALLS_PER_S: '0' };

const flow = `flows:
  release:
    inputs: { version: {} }
    steps:
      - name: Put the file
        uses: tideway/files
        with: { artifact: 'app/\${{ inputs.version }}', path: /opt/app/VERSION }
        on-failure: { revert-all-files: true, trigger-revert: any-step-failure }
      - name: Take a while
        run: sleep 0.3; echo \${{ inputs.version }} >> "$TIDEWAY_ROOT/history"
        repeatable: true
      - name: Prove it
        uses: tideway/check
        with: { command: 'test "$(cat "$TIDEWAY_ROOT/opt/app/VERSION")" = \${{ inputs.version }}', within: 5m }
`;

type Device = { id: string; name: string; apps: { version: string }[] };

let stage: Stage;
let url: string;
let token: string;
let api: Api;

beforeAll(async () => {
  stage = new Stage(programs);
  url = await stage.startServer(0, settings);
  token = await stage.createToken('owner');
  api = createApi(url, token);
  await api.send('POST', '/api/v2/projects', { name: 'Fleet', key: 'fleet' });
  await api.send('POST', `${project}/apps`, { name: 'app' });
  await api.send('POST', `${project}/update-flows?id=f-0000-0001`, flow, 'application/yaml');
  const { token: pairing } = await api.send<{ token: string }>('POST', `${project}/pairing-tokens`, {});
  for (const device of devices) stage.startAgent(device, ['--server', url, '--pairing-token', pairing]);
  await until(async () => (await list<unknown>(`${project}/devices?state=online`)).length === devices.length);
});

afterAll(() => stage.stop());

describe('server, database and agents that are killed again and again', () => {
  it('carry out every order that was acknowledged, and agree on what happened', {
    timeout: rounds * 15_000,
  }, async () => {
    const end = new AbortController();
    const acknowledged: string[] = [];
    // What cannot be killed or started again is a failure at once, and not a work that never ends.
    const ordering = orderUntil(end.signal, acknowledged);
    const kills = await Promise.race([killInRounds(), ordering.then(() => new Map<string, number>())]);
    end.abort();
    await ordering;
    await until(async () => (await finished()).length === acknowledged.length);

    const deployments = await list<Deployment>(`${project}/deployments?limit=1000`);
    expect(deployments.map((deployment) => deployment.id).sort()).toEqual([...acknowledged].sort());
    for (const deployment of deployments) await expectTrueCounts(deployment);
    for (const device of await list<Device>(`${project}/devices`)) await expectSameTruth(device, acknowledged);
    expect([...kills.values()].reduce((sum, times) => sum + times, 0)).toBe(rounds);
    if (process.env.TIDEWAY_LONG) showRounds(kills, deployments);
  });
});

/** Every single one, and every two of them. */
const victims = ['server', 'postgres', ...devices];
const targets = victims.flatMap((one, index) => [[one], ...victims.slice(index + 1).map((other) => [one, other])]);

/** Kills at random moments, and starts again what was killed. Gives how often each was killed. */
async function killInRounds(): Promise<Map<string, number>> {
  const kills = new Map<string, number>();
  let left: string[][] = [];
  for (let round = 0; round < rounds; round += 1) {
    // Each once before any comes again, so that nobody is spared by chance.
    if (left.length === 0) left = targets.toSorted(() => Math.random() - 0.5);
    const target = left.pop() ?? [];
    await delay(150 + Math.random() * 700);
    await killAndRestart(target);
    const name = target.join(' and ');
    kills.set(name, (kills.get(name) ?? 0) + 1);
  }
  return kills;
}

async function killAndRestart(target: string[]): Promise<void> {
  const agents = target.filter((victim) => devices.includes(victim));
  const postgresBefore = target.includes('postgres') ? stage.postgresProcess : null;
  // At the same time: the first must not have a moment to take note of the end of the second.
  await Promise.all(target.map((victim) => (victim === 'postgres' ? stage.killPostgres() : stage.kill(victim))));
  if (target.includes('server')) await stage.startServer(Number(new URL(url).port), settings);
  // Until it has noticed what was killed, a server may still be ready.
  await until(async () => stage.postgresProcess !== postgresBefore && (await isReady()));
  for (const agent of agents) stage.startAgent(agent, ['--server', url]);
}

const fewestOrders = 10;

const interruptions: string[] = ['interrupted', 'boot_loop'];

/** Orders one version after the other, no more than three ahead of the devices. */
async function orderUntil(signal: AbortSignal, acknowledged: string[]): Promise<void> {
  while (!signal.aborted || acknowledged.length < fewestOrders) {
    const version = acknowledged.length + 1;
    await upload(version);
    acknowledged.push(await order(version));
    await until(async () => acknowledged.length - (await finished()).length < 3);
  }
}

async function upload(version: number): Promise<void> {
  await until(async () => {
    await api.send('PUT', `${project}/artifacts/app/${version}`, String(version), 'text/plain');
    return true;
  });
}

/** Orders as a pipeline does: again with the same key, until there is an answer. */
async function order(version: number): Promise<string> {
  const body = {
    user_token: token,
    flow_id: 'f-0000-0001',
    devices_filter: { project: { name: 'Fleet' }, groups: [], filters: [] },
    parameters_mapping: { version: String(version) },
    app: { name: 'app', version: String(version) },
  };
  while (true) {
    const response = await fetch(`${url}/v2/deploy_update`, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'idempotency-key': `version-${version}` },
    }).catch(() => null);
    if (response?.status === 200) return ((await response.json()) as { deployment_id: string }).deployment_id;
    if (response !== null && response.status < 500) throw new Error(await response.text());
    await delay(50);
  }
}

/** The counts are those of the rows, and nothing failed but what was interrupted once too often, in a step or before. */
async function expectTrueCounts({ id, devices: count, counts }: Deployment): Promise<void> {
  const updates = await list<Update>(`${project}/deployments/${id}/updates`);
  const countOf = (status: Update['status']) => updates.filter((update) => update.status === status).length;
  expect(updates).toHaveLength(count);
  expect(count).toBe(devices.length);
  expect(counts).toEqual({ ...counts, success: countOf('success'), failed: countOf('failed') });
  expect(counts.success + counts.failed).toBe(count);
  expect(updates.flatMap((update) => update.reason ?? []).filter((reason) => !interruptions.includes(reason))).toEqual(
    [],
  );
}

/** What the device did and what the server says are the same: every success ran, and the last one is what is there. */
async function expectSameTruth({ id, name, apps }: Device, deployments: string[]): Promise<void> {
  const succeeded: string[] = [];
  for (const [index, deployment] of deployments.entries()) {
    const update = await api.get<UpdateDetails>(`${project}/deployments/${deployment}/updates/${id}`);
    if (update.status !== 'success') continue;
    succeeded.push(String(index + 1));
    expect(update.steps.map((step) => step.status)).toEqual(['success', 'success', 'success']);
  }
  expect(succeeded.length).toBeGreaterThan(0);
  expect(onDevice(name, 'root/history').split('\n')).toEqual(expect.arrayContaining(succeeded));
  expect(onDevice(name, 'root/opt/app/VERSION')).toBe(succeeded.at(-1));
  expect(apps.map((app) => app.version)).toEqual([succeeded.at(-1)]);
}

function showRounds(kills: Map<string, number>, deployments: Deployment[]): void {
  console.table([...kills].map(([killed, times]) => ({ killed, times })));
  const sumOf = (status: 'success' | 'failed') => deployments.reduce((sum, { counts }) => sum + counts[status], 0);
  console.log(`${deployments.length} deployments: ${sumOf('success')} successes, ${sumOf('failed')} failures`);
}

async function finished(): Promise<Deployment[]> {
  const deployments = await list<Deployment>(`${project}/deployments?limit=1000`);
  return deployments.filter((deployment) => deployment.finished_at !== null);
}

async function list<Item>(path: string): Promise<Item[]> {
  return (await api.get<{ items: Item[] }>(path)).items;
}

async function isReady(): Promise<boolean> {
  return (await fetch(`${url}/readyz`)).ok;
}

/** Waits for a condition; while it cannot be asked (the server is being killed), it does not hold. */
async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition().catch(() => false))) {
    // Nothing that it waits for happens any more.
    if (stage.isEnded('server')) throw new Error(`The server has ended by itself:\n${stage.logOf('server')}`);
    await delay(100);
  }
}

function onDevice(device: string, path: string): string {
  return readFileSync(join(stage.home, device, path), 'utf8').trim();
}
