import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { UpdateDetails } from '@tideway/protocol';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Api, createApi } from './api.ts';
import { ArtifactSource } from './fixtures/artifact-source.ts';
import { Stage } from './stage.ts';

const programs = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', 'dist');
const project = '/api/v2/fleet';
const user = { username: 'fleet', password: 'pass-word+that/nobody sees' };
/** All the forms in which it could show. */
const hidden = [
  user.password,
  encodeURIComponent(user.password),
  Buffer.from(`${user.username}:${user.password}`).toString('base64'),
];
const big = randomBytes(4 << 20);
const fetchBig =
  '{ name: fetch, uses: tideway/download-artifact, with: { registry: edge, artifact: big.bin, path: /big.bin } }';
const putBack = 'on-failure: { revert-all-files: true, trigger-revert: any-step-failure }';

let stage: Stage;
let source: ArtifactSource;
let url: string;
let api: Api;
let flows = 0;

beforeAll(async () => {
  stage = new Stage(programs);
  source = await new ArtifactSource().start();
  url = await stage.startServer();
  api = createApi(url, await stage.createToken('owner'));
  await api.send('POST', '/api/v2/projects', { name: 'Fleet', key: 'fleet' });
  await api.send('POST', `${project}/registries`, { name: 'edge', url: source.url, ...user });
  const { token } = await api.send<{ token: string }>('POST', `${project}/pairing-tokens`, {});
  stage.startAgent('pump', ['--server', url, '--pairing-token', token]);
  await until(isOnline);
});

beforeEach(() => {
  Object.assign(source, { user, saysChecksums: true, stopsAfter: null });
  source.redirects.clear();
  source.files.clear();
  source.files.set('/big.bin', big);
  source.asked.length = 0;
});

afterAll(async () => {
  await stage.stop();
  await source.stop();
});

describe('an artifact of a registry', () => {
  it('goes straight to the device, at the byte after a kill, and no credential ever stands on its disk', async () => {
    source.stopsAfter = 1 << 20;
    const id = await order(await saveFlow(fetchBig));
    await until(() => stateFiles().some(([name, bytes]) => name.endsWith('.part') && bytes.length === 1 << 20));
    expect(credentialsIn(stateFiles())).toEqual([]);
    await stage.kill('pump');
    expect(credentialsIn(stateFiles())).toEqual([]);

    source.stopsAfter = null;
    stage.startAgent('pump', ['--server', url]);
    expect(await endOf(id)).toMatchObject({ status: 'success', steps: [{ status: 'success' }] });
    expect(readFileSync(join(stage.rootOf('pump'), 'big.bin')).equals(big)).toBe(true);
    expect(source.asked.at(-1)).toMatchObject({ method: 'GET', range: `bytes=${1 << 20}-` });
    expect(credentialsIn(stateFiles())).toEqual([]);
    expectHiddenIn(await everythingSaidOf(id));
  });

  it('fails the update with a clear reason where the password is wrong, which is shown nowhere', async () => {
    await stage.end('pump');
    const id = await order(await saveFlow(fetchBig.replaceAll('big', 'other')), { '/other.bin': 'other' });
    source.user = { ...user, password: 'another' };
    stage.startAgent('pump', ['--server', url]);
    const ended = await endOf(id);
    const message =
      'The registry edge answers with status 401: it does not let this device have other.bin. ' +
      'Its username or password may be wrong.';
    expect(ended).toMatchObject({ status: 'failed', reason: 'registry_refused', steps: [{ message }] });
    expect(source.asked.filter(({ method }) => method === 'GET')).toHaveLength(1);
    expect(credentialsIn(stateFiles())).toEqual([]);
    const said = await everythingSaidOf(id);
    expect(said).toContain(message);
    expectHiddenIn(said);
  });

  it('fails the update where it is gone, and undoes what was put in place', async () => {
    await stage.end('pump');
    const first = `{ name: first, uses: tideway/files, with: { registry: edge, artifact: first, path: /first }, ${putBack} }`;
    const flow = await saveFlow(`${first}, ${fetchBig.replaceAll('big', 'gone')}`);
    const id = await order(flow, { '/first': 'first', '/gone.bin': 'gone' });
    source.files.delete('/gone.bin');
    stage.startAgent('pump', ['--server', url]);
    expect(await endOf(id)).toMatchObject({
      status: 'failed',
      reason: 'artifact_unavailable',
      steps: [
        { status: 'success' },
        { message: 'The registry edge answers with status 404 and does not give the artifact gone.bin.' },
      ],
      undone: [{ step: 'first', done: true }],
    });
    expect(readdirSync(stage.rootOf('pump'))).not.toContain('first');
  });

  it('is refused by the device where other bytes are there than were ordered', async () => {
    await stage.end('pump');
    const id = await order(await saveFlow(fetchBig.replaceAll('big', 'swapped')), { '/swapped.bin': 'right' });
    source.files.set('/swapped.bin', Buffer.from('wrong'));
    stage.startAgent('pump', ['--server', url]);
    expect(await endOf(id)).toMatchObject({ status: 'failed', reason: 'artifact_changed' });
    expect(readdirSync(stage.rootOf('pump'))).not.toContain('swapped.bin');
  });

  it('may be somewhere else, where nobody gets to know the credentials', async () => {
    const storage = await new ArtifactSource().start();
    storage.saysChecksums = true;
    storage.files.set('/blob', Buffer.from('moved'));
    source.redirects.set('/moved.bin', `${storage.url}/blob`);
    const id = await order(await saveFlow(fetchBig.replaceAll('big', 'moved')));
    expect(await endOf(id)).toMatchObject({ status: 'success' });
    expect(storage.asked.map(({ method, authorization }) => [method, authorization])).toEqual([
      ['HEAD', undefined],
      ['GET', undefined],
    ]);
    await storage.stop();
  });

  it('waits for its credentials while the server is away, and masks them in what commands say', async () => {
    const say = `printf "I know %s and %s" "pass-word+that/nobo""dy sees" "${hidden[2]?.slice(0, 9)}""${hidden[2]?.slice(9)}"`;
    const wait = 'cd "$TIDEWAY_ROOT"; touch waits; while [ ! -e go ]; do sleep 0.05; done';
    const flow = await saveFlow(
      `{ name: wait, run: '${wait}' }, ${fetchBig.replaceAll('big', 'late')}, { name: say, run: '${say}' }`,
    );
    const id = await order(flow, { '/late.bin': 'late' });
    await until(() => readdirSync(stage.rootOf('pump')).includes('waits'));
    await stage.kill('server');
    writeFileSync(join(stage.rootOf('pump'), 'go'), '');
    await until(() => stateFiles().some(([, bytes]) => bytes.includes('Waiting for the registry edge.')));
    await stage.startServer(Number(new URL(url).port));
    expect(await endOf(id)).toMatchObject({ status: 'success' });
    const said = await everythingSaidOf(id);
    expect(said).toContain('I know *** and ***');
    expectHiddenIn(said);
  });
});

async function saveFlow(steps: string): Promise<string> {
  flows += 1;
  const text = `flows: { flow-${flows}: { steps: [${steps}] } }`;
  const saved = await api.send<{ update_flows: [{ uuid: string }] }>(
    'POST',
    `${project}/update-flows`,
    text,
    'application/yaml',
  );
  return saved.update_flows[0].uuid;
}

async function order(flow: string, files: Record<string, string> = {}): Promise<string> {
  for (const [path, text] of Object.entries(files)) source.files.set(path, Buffer.from(text));
  const body = { deployment_configuration: { flow_uuid: flow } };
  const { deployment_id } = await api.send<{ deployment_id: string }>('POST', `${project}/deployments`, body);
  source.asked.length = 0;
  return deployment_id;
}

async function updateOf(id: string): Promise<UpdateDetails> {
  const { items } = await api.get<{ items: { id: string }[] }>(`${project}/devices`);
  return api.get(`${project}/deployments/${id}/updates/${items[0]?.id}`);
}

async function endOf(id: string): Promise<UpdateDetails> {
  await until(async () => !['pending', 'in_progress'].includes((await updateOf(id)).status));
  return updateOf(id);
}

async function isOnline(): Promise<boolean> {
  return (await api.get<{ items: unknown[] }>(`${project}/devices?state=online`)).items.length > 0;
}

/** What an update, its device and its server have said. */
async function everythingSaidOf(id: string): Promise<string> {
  const { items } = await api.get<{ items: { id: string }[] }>(`${project}/devices`);
  const token = { authorization: `Bearer ${await stage.createToken('viewer')}` };
  const where = `${url}${project}/deployments/${id}/updates/${items[0]?.id}/log`;
  let output = '';
  await until(async () => {
    output = await (await fetch(where, { headers: token })).text();
    return output.includes('fetch');
  });
  return [output, JSON.stringify(await updateOf(id)), stage.logOf('pump'), stage.logOf('server')].join('\n');
}

/** Every file below the state folder of the device. */
function stateFiles(folder = join(stage.home, 'pump', 'state')): [string, Buffer][] {
  return unlessGone(() => readdirSync(folder, { withFileTypes: true })).flatMap((entry) => {
    const file = join(folder, entry.name);
    if (entry.isDirectory()) return stateFiles(file);
    return unlessGone((): [string, Buffer][] => [[entry.name, readFileSync(file)]]);
  });
}

/** Nothing where the agent has removed it meanwhile. */
function unlessGone<Item>(read: () => Item[]): Item[] {
  try {
    return read();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return [];
  }
}

function credentialsIn(files: [string, Buffer][]): string[] {
  expect(files.length).toBeGreaterThan(3);
  return files.filter(([, bytes]) => hidden.some((text) => bytes.includes(text))).map(([name]) => name);
}

function expectHiddenIn(text: string): void {
  for (const secret of hidden) expect(text).not.toContain(secret);
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await delay(50);
}
