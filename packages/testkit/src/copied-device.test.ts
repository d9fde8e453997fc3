import { cpSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Deployment, Device } from '@tideway/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Api, createApi } from './api.ts';
import { Stage } from './stage.ts';

const programs = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', 'dist');
const project = '/api/v2/fleet';

let stage: Stage;
let url: string;
let api: Api;

beforeAll(async () => {
  stage = new Stage(programs);
  url = await stage.startServer();
  api = createApi(url, await stage.createToken('owner'));
  await api.send('POST', '/api/v2/projects', { name: 'Fleet', key: 'fleet' });
  const flow = `flows: { work: { steps: [{ name: Work, run: 'echo ran >> "$TIDEWAY_ROOT/work"' }] } }`;
  await api.send('POST', `${project}/update-flows?id=f-0000-0001`, flow, 'application/yaml');
});

afterAll(() => stage.stop());

describe('a machine that was copied with its state', () => {
  it('is noticed and held, and an update runs when a person has decided and only one of the two is left', async () => {
    const { token } = await api.send<{ token: string }>('POST', `${project}/pairing-tokens`, {});
    stage.startAgent('one', ['--server', url, '--pairing-token', token]);
    await until(async () => (await device())?.state === 'online');
    await stage.end('one');
    cpSync(join(stage.home, 'one'), join(stage.home, 'two'), { recursive: true });
    for (const name of ['one', 'two']) stage.startAgent(name, ['--server', url]);
    await until(async () => (await device())?.held === true);

    const deploymentId = await order();
    await stage.end('two');
    await until(async () => (await device())?.state === 'online');
    expect((await api.get<Deployment>(`${project}/deployments/${deploymentId}`)).counts.pending).toBe(1);
    await api.send('POST', `${project}/devices/${(await device())?.id}/approve`, {});
    await until(async () => (await api.get<Deployment>(`${project}/deployments/${deploymentId}`)).counts.success === 1);
    expect(readFileSync(join(stage.rootOf('one'), 'work'), 'utf8')).toBe('ran\n');
  });
});

async function device(): Promise<Device | undefined> {
  return (await api.get<{ items: Device[] }>(`${project}/devices`)).items[0];
}

async function order(): Promise<string> {
  const answer = await api.send<{ deployment_id: string }>('POST', `${project}/deployments`, {
    device_filter: {},
    deployment_configuration: { flow_uuid: 'f-0000-0001' },
  });
  return answer.deployment_id;
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await delay(100);
}
