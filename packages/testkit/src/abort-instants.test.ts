import { randomBytes } from 'node:crypto';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { UpdateDetails } from '@tideway/protocol';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Api, createApi } from './api.ts';
import { NetworkGate } from './network-gate.ts';
import { Stage } from './stage.ts';

const programs = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', 'dist');
const project = '/api/v2/fleet';
const rollback = (script = '') => `rollback: { run: 'cd "$TIDEWAY_ROOT"; ${script} touch back' }`;
const step = (name: string, script: string, more = '') =>
  `{ name: ${name}, run: 'cd "$TIDEWAY_ROOT"; touch ${name}; ${script}' ${more} }`;
const waitFor = (name: string) => `while [ ! -e ${name} ]; do sleep 0.05; done;`;
const flows = {
  download: `{ ${rollback()}, steps: [{ name: fetch, uses: tideway/download-artifact, with: { artifact: big/1.bin, path: /big } }] }`,
  pause: `{ ${rollback()}, steps: [${step('flaky', 'false', ', retry: { attempts: 3, delay: 1h }')}] }`,
  undo: `{ ${rollback(waitFor('go'))}, steps: [${step('broken', 'false')}] }`,
  last: `{ ${rollback()}, steps: [${step('done', waitFor('go'))}] }`,
  many: `{ ${rollback()}, steps: [${step('a', 'sleep 0.2')}, ${step('b', 'sleep 0.2; touch b2', ', uninterruptible: true')}, ${step('c', 'sleep 0.2')}, ${step('d', 'sleep 0.2; touch d2')}] }`,
};

let stage: Stage;
let gate: NetworkGate;
let api: Api;

beforeAll(async () => {
  stage = new Stage(programs);
  const url = await stage.startServer();
  gate = await NetworkGate.open(url);
  api = createApi(url, await stage.createToken('owner'));
  await api.send('POST', '/api/v2/projects', { name: 'Fleet', key: 'fleet' });
  await api.send('PUT', `${project}/artifacts/big/1.bin`, randomBytes(32 << 20), 'application/octet-stream');
  for (const [name, flow] of Object.entries(flows)) {
    await api.send(
      'POST',
      `${project}/update-flows?id=${idOf(name)}`,
      `flows: { ${name}: ${flow} }`,
      'application/yaml',
    );
  }
  const { token } = await api.send<{ token: string }>('POST', `${project}/pairing-tokens`, {});
  stage.startAgent('pump', ['--server', gate.url, '--pairing-token', token]);
  await until(isOnline);
});

afterEach(() => {
  gate.release();
  for (const name of ['go', 'back', 'big', 'flaky', 'broken', 'done', 'a', 'b', 'b2', 'c', 'd', 'd2']) {
    rmSync(join(stage.rootOf('pump'), name), { force: true });
  }
});

afterAll(async () => {
  await stage.stop();
  await gate.close();
});

describe('an abort of what a real agent is at', () => {
  it('before the take-up leaves nothing to run', async () => {
    await stage.end('pump');
    const id = await order('last');
    expect(await abort(id)).toEqual({ aborted: 1, stopping: 0 });
    await comeBack();
    const next = await order('last');
    touch('go');
    expect(await endOf(next)).toMatchObject({ status: 'success' });
    expect(await updateOf(id)).toMatchObject({
      status: 'aborted',
      reason: 'by_person',
      taken_up_at: null,
      steps: [notRun],
    });
  });

  it('in a download breaks it off, and leaves nothing of it in place', async () => {
    gate.hold('downloads');
    const id = await order('download');
    await until(() => gate.holdsDownload);
    await abort(id);
    expect(await endOf(id)).toMatchObject({
      status: 'aborted',
      reason: 'by_person',
      undone: [{ step: 'rollback', done: true }],
    });
    expect([isThere('big'), isThere('back')]).toEqual([false, true]);
  });

  it('in the pause before another try does not wait for that', async () => {
    const id = await order('pause');
    await until(async () => (await updateOf(id)).steps[0]?.status === 'failed');
    await abort(id);
    expect(await endOf(id)).toMatchObject({ status: 'aborted', reason: 'by_person', steps: [{ tries: 1 }] });
    expect(isThere('back')).toBe(true);
  });

  it('in undoing lets that end, and the failure before it stands', async () => {
    const id = await order('undo');
    await until(() => isThere('broken'));
    await until(async () => (await updateOf(id)).steps[0]?.status === 'failed');
    await abort(id);
    touch('go');
    expect(await endOf(id)).toMatchObject({ status: 'failed', undone: [{ step: 'rollback', done: true }] });
  });

  it('in the moment of its last report leaves the result that was there first', async () => {
    const id = await order('last');
    await until(() => isThere('done'));
    await until(async () => (await updateOf(id)).steps[0]?.status === 'started');
    gate.hold('speech');
    touch('go');
    await until(() => stage.logOf('pump').includes(`Update ${id} succeeded`));
    expect(await abort(id)).toEqual({ aborted: 0, stopping: 1 });
    gate.release();
    expect(await endOf(id)).toMatchObject({ status: 'success', late_result: null });
  });

  it('whose device is gone ends with the deadline, and what the device says later is kept beside it', async () => {
    const id = await order('last', { abort_deadline: '1s' });
    await until(() => isThere('done'));
    await stage.kill('pump');
    await abort(id);
    expect(await endOf(id)).toMatchObject({ status: 'aborted', reason: 'unconfirmed', late_result: null });
    await comeBack();
    await until(async () => (await updateOf(id)).late_result !== null);
    expect(await updateOf(id)).toMatchObject({ status: 'aborted', reason: 'unconfirmed' });
    expect(isThere('back')).toBe(true);
  });

  it.each(Array.from({ length: 12 }, (_, index) => index * 100))(
    'after %i ms ends it, and the device is as it is said to be',
    async (afterMs) => {
      const id = await order('many');
      await delay(afterMs);
      await abort(id).catch((error: unknown) => expect(String(error)).toContain('wrong_state'));
      const { status, taken_up_at, undone, steps } = await endOf(id);
      if (status === 'success') expect([isThere('d2'), isThere('back')]).toEqual([true, false]);
      else {
        expect(status).toBe('aborted');
        // Its command may have done its work in the instant in which it was ended.
        expect(steps.find(({ name }) => name === 'd')?.status).not.toBe('success');
        expect(isThere('back')).toBe(undone.length > 0);
        // What must not be interrupted is begun and ended, or not begun.
        expect(isThere('b2')).toBe(isThere('b'));
        if (taken_up_at === null) expect(isThere('a')).toBe(false);
      }
    },
  );
});

const notRun = expect.objectContaining({ status: 'not_run' });

function idOf(flow: string): string {
  return `f-0000-${Object.keys(flows).indexOf(flow)}000`;
}

function isThere(name: string): boolean {
  return existsSync(join(stage.rootOf('pump'), name));
}

function touch(name: string): void {
  writeFileSync(join(stage.rootOf('pump'), name), '');
}

async function comeBack(): Promise<void> {
  stage.startAgent('pump', ['--server', gate.url]);
  await until(isOnline);
}

async function isOnline(): Promise<boolean> {
  return (await api.get<{ items: unknown[] }>(`${project}/devices?state=online`)).items.length === 1;
}

async function order(flow: keyof typeof flows, options: object = {}): Promise<string> {
  const body = { deployment_configuration: { flow_uuid: idOf(flow) }, ...options };
  return (await api.send<{ deployment_id: string }>('POST', `${project}/deployments`, body)).deployment_id;
}

async function abort(id: string): Promise<unknown> {
  return api.send('POST', `${project}/deployments/${id}/abort`, {});
}

async function updateOf(id: string): Promise<UpdateDetails> {
  const { items } = await api.get<{ items: { device: { id: string } }[] }>(`${project}/deployments/${id}/updates`);
  return api.get(`${project}/deployments/${id}/updates/${items[0]?.device.id}`);
}

async function endOf(id: string): Promise<UpdateDetails> {
  await until(async () => (await updateOf(id)).finished_at !== null);
  return updateOf(id);
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await delay(50);
}
