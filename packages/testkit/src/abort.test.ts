import { existsSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Deployment, Update } from '@tideway/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Api, createApi } from './api.ts';
import { Stage } from './stage.ts';

const programs = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', 'dist');
const project = '/api/v2/fleet';
const flows = {
  long: `{ rollback: { run: 'touch "$TIDEWAY_ROOT/back"' }, steps: [{ name: Long, run: 'touch "$TIDEWAY_ROOT/begun"; sleep 1000' }] }`,
  wait: `{ steps: [{ name: Flash, uninterruptible: true, run: 'touch "$TIDEWAY_ROOT/flashing"; while [ ! -e "$TIDEWAY_ROOT/go" ]; do sleep 0.1; done; touch "$TIDEWAY_ROOT/flashed"' }, { name: Next, run: 'touch "$TIDEWAY_ROOT/next"' }] }`,
};

let stage: Stage;
let api: Api;

beforeAll(async () => {
  stage = new Stage(programs);
  const url = await stage.startServer();
  api = createApi(url, await stage.createToken('owner'));
  await api.send('POST', '/api/v2/projects', { name: 'Fleet', key: 'fleet' });
  for (const [name, flow] of Object.entries(flows)) {
    await api.send(
      'POST',
      `${project}/update-flows?id=f-0000-${name}`,
      `flows: { ${name}: ${flow} }`,
      'application/yaml',
    );
  }
  const { token } = await api.send<{ token: string }>('POST', `${project}/pairing-tokens`, {});
  stage.startAgent('pump', ['--server', url, '--pairing-token', token]);
  await until(async () => (await api.get<{ items: unknown[] }>(`${project}/devices?state=online`)).items.length === 1);
});

afterAll(() => stage.stop());

describe('an abort of what a real agent is at', () => {
  it('stops the running command, lets the flow roll back, and is confirmed', async () => {
    const id = await order('long');
    await until(async () => isOnDevice('begun'));
    await abort(id);
    const update = await endOf(id);
    expect(update).toMatchObject({ status: 'aborted', reason: 'by_person' });
    expect(update.message).toMatch(/^Aborted by \S+\. Stopped in step "Long"\.$/);
    expect(isOnDevice('back')).toBe(true);
  });

  it('waits for a step that must not be interrupted, and runs no further', async () => {
    const id = await order('wait');
    await until(async () => isOnDevice('flashing'));
    await abort(id);
    // Before it has heard of it, the device would rightly go on.
    await until(async () => stage.logOf('pump').includes(`Stopping update ${id}`));
    writeFileSync(join(stage.rootOf('pump'), 'go'), '');
    expect(await endOf(id)).toMatchObject({ status: 'aborted', reason: 'by_person' });
    expect([isOnDevice('flashed'), isOnDevice('next')]).toEqual([true, false]);
  });
});

function isOnDevice(name: string): boolean {
  return existsSync(join(stage.rootOf('pump'), name));
}

async function order(flow: keyof typeof flows): Promise<string> {
  const body = { deployment_configuration: { flow_uuid: `f-0000-${flow}` } };
  return (await api.send<{ deployment_id: string }>('POST', `${project}/deployments`, body)).deployment_id;
}

async function abort(id: string): Promise<void> {
  expect(await api.send('POST', `${project}/deployments/${id}/abort`, {})).toEqual({ aborted: 0, stopping: 1 });
}

async function endOf(id: string): Promise<Update> {
  await until(async () => (await api.get<Deployment>(`${project}/deployments/${id}`)).finished_at !== null);
  const { items } = await api.get<{ items: Update[] }>(`${project}/deployments/${id}/updates`);
  return items[0] as Update;
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await delay(50);
}
