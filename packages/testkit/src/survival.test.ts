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
const rounds = 10;

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
        with: { command: 'test "$(cat "$TIDEWAY_ROOT/opt/app/VERSION")" = \${{ inputs.version }}', within: 5s }
`;

type Device = { id: string; name: string; apps: { version: string }[] };

let stage: Stage;
let url: string;
let token: string;
let api: Api;

beforeAll(async () => {
  stage = new Stage(programs);
  url = await stage.startServer();
  token = await stage.createToken('owner');
  api = createApi(url, token);
  await api.send('POST', '/api/v2/projects', { name: 'Fleet', key: 'fleet' });
  await api.send('POST', `${project}/apps`, { name: 'app' });
  await api.send('POST', `${project}/update-flows?id=f-0000-0001`, flow, 'application/yaml');
  for (let round = 1; round <= rounds; round += 1) {
    await api.send('PUT', `${project}/artifacts/app/${round}`, String(round), 'text/plain');
  }
  const { token: pairing } = await api.send<{ token: string }>('POST', `${project}/pairing-tokens`, {});
  for (const device of devices) stage.startAgent(device, ['--server', url, '--pairing-token', pairing]);
  await until(async () => (await list<unknown>(`${project}/devices?state=online`)).length === devices.length);
});

afterAll(() => stage.stop());

describe('server, database and agents that are killed again and again', () => {
  it('carry out every order that was acknowledged, and agree on what happened', { timeout: 120_000 }, async () => {
    const end = new AbortController();
    const kills: string[] = [];
    const killer = killAtRandom(kills, end.signal);
    const acknowledged: string[] = [];
    const work = async () => {
      for (let round = 1; round <= rounds; round += 1) acknowledged.push(await order(round));
      await until(async () => (await finished()).length === rounds);
    };
    // What cannot be started again is a failure at once, and not a work that never ends.
    await Promise.race([work(), killer]);
    end.abort();
    await killer;

    const deployments = await list<Deployment>(`${project}/deployments?limit=1000`);
    expect(deployments.map((deployment) => deployment.id).sort()).toEqual([...acknowledged].sort());
    for (const deployment of deployments) await expectTrueCounts(deployment);
    for (const device of await list<Device>(`${project}/devices`)) await expectSameTruth(device, acknowledged);
    // Too few kills would prove nothing.
    expect(new Set(kills)).toEqual(new Set(['server', 'postgres', ...devices]));
  });
});

/** Kills something every so often and starts it again, until `signal` says that it is enough. */
async function killAtRandom(kills: string[], signal: AbortSignal): Promise<void> {
  const victims = ['server', 'postgres', ...devices];
  while (!signal.aborted) {
    // Each once in a round, in an order of its own, so that nobody is spared by chance.
    for (const victim of victims.sort(() => Math.random() - 0.5)) {
      await delay(150 + Math.random() * 700);
      if (signal.aborted) return;
      kills.push(victim);
      await killAndRestart(victim);
    }
  }
}

async function killAndRestart(victim: string): Promise<void> {
  if (victim === 'postgres') {
    stage.killPostgres();
    await until(isReady);
    return;
  }
  await stage.kill(victim);
  if (victim === 'server') await stage.startServer(Number(new URL(url).port));
  else stage.startAgent(victim, ['--server', url]);
}

/** Orders as a pipeline does: again with the same key, until there is an answer. */
async function order(round: number): Promise<string> {
  const body = {
    user_token: token,
    flow_id: 'f-0000-0001',
    devices_filter: { project: { name: 'Fleet' }, groups: [], filters: [] },
    parameters_mapping: { version: String(round) },
    app: { name: 'app', version: String(round) },
  };
  while (true) {
    const response = await fetch(`${url}/v2/deploy_update`, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'idempotency-key': `round-${round}` },
    }).catch(() => null);
    if (response?.status === 200) return ((await response.json()) as { deployment_id: string }).deployment_id;
    if (response !== null && response.status < 500) throw new Error(await response.text());
    await delay(50);
  }
}

/** The counts are those of the rows, and nothing failed but what was interrupted once too often. */
async function expectTrueCounts({ id, devices: count, counts }: Deployment): Promise<void> {
  const updates = await list<Update>(`${project}/deployments/${id}/updates`);
  const countOf = (status: Update['status']) => updates.filter((update) => update.status === status).length;
  expect(updates).toHaveLength(count);
  expect(count).toBe(devices.length);
  expect(counts).toEqual({ ...counts, success: countOf('success'), failed: countOf('failed') });
  expect(counts.success + counts.failed).toBe(count);
  expect(updates.flatMap((update) => update.reason ?? []).filter((reason) => reason !== 'interrupted')).toEqual([]);
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
  while (!(await condition().catch(() => false))) await delay(100);
}

function onDevice(device: string, path: string): string {
  return readFileSync(join(stage.home, device, path), 'utf8').trim();
}
