import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Device, Update } from '@tideway/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KillableDevice } from './kill-matrix/killable-device.ts';
import { startTestServer, type TestServer } from './test-server.ts';

const programs = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', 'dist');
const project = '/api/v2/values';

/** Each would leave a file `pwned` behind, were it ever read as code, or a file where none should be. */
const values: Record<string, string> = {
  'a substitution': '$(touch pwned)',
  backticks: '`touch pwned`',
  'an end of a command': '; touch pwned #',
  'single quotes': "'; touch pwned; '",
  'double quotes': '"; touch pwned; "',
  'a pipe and a background job': '| touch pwned & touch pwned',
  'a line of its own': 'x\ntouch pwned\n',
  'a way out': '../../pwned',
  'a NUL': 'x\0y',
  'an option': '-rf',
  'a pattern': '* ? [a-z] ~ {a,b}',
  'a variable': '$PATH ${IFS}$(touch${IFS}pwned)',
  'another reference': '${{ inputs.other }} $& $1',
  backslashes: '\\\\ \\$(touch pwned) \\n %s%n',
  'other scripts': 'wässer 水 🚰 \u202e‮ e\u0301',
  '4 KiB': 'ä'.repeat(2048),
};

/** Where a value can stand in a shell: `printf` writes what came of it, one after the other. */
const texts = (reference: string) => `flows:
  NAME:
    inputs: { x: { default: '' }, other: { default: pwned } }
    rollback: { run: "printf '%s' \\"${reference}\\" > rolled-back" }
    steps:
      - name: sh
        env: { IN_ENV: '<${reference}>' }
        run: |
          printf '%s\\0' ${reference} "${reference}" "<${reference}>" "$IN_ENV" > sh
          cat > here <<END
          ${reference}
          END
      - { name: bash, shell: bash, run: "printf '%s\\\\0' ${reference} > bash" }
      - { name: check, uses: tideway/check, with: { within: 5s, command: "printf '%s\\\\0' ${reference} > check" } }
      - { name: fail, run: exit 3 }
`;

/** Where a value can stand in what is no shell text. */
const places: Record<string, (reference: string) => string> = {
  'the path of files': (x) => `uses: tideway/files, with: { artifact: plain, path: '/opt/${x}/file' }`,
  'the path of a download': (x) => `uses: tideway/download-artifact, with: { artifact: plain, path: '/srv/${x}' }`,
  'the name of an artifact': (x) => `uses: tideway/files, with: { artifact: '${x}', path: /opt/artifact }`,
  'an owner': (x) => `uses: tideway/files, with: { artifact: plain, path: /opt/owned, owner: '${x}' }`,
  'the file of a check': (x) => `uses: tideway/check, with: { file: '/opt/${x}', within: 1s }`,
  'the address of a check': (x) => `uses: tideway/check, with: { http: 'http://127.0.0.1:9/${x}', within: 1s }`,
  'the body of a check': (x) =>
    `uses: tideway/check, with: { http: 'http://127.0.0.1:9/', expect-body: '${x}', within: 1s }`,
  'the host of a check': (x) => `uses: tideway/check, with: { tcp: '${x}:9', within: 1s }`,
  'the unit of a check': (x) => `uses: tideway/check, with: { systemd: '${x}', within: 1s }`,
};

let server: TestServer;
let device: KillableDevice;
let id: string;
let flows = 0;

beforeAll(async () => {
  server = await startTestServer({ pollAfterS: 0.2 });
  await call('POST', '/api/v2/projects', { name: 'Values' });
  await call('PUT', `${project}/artifacts/plain`, Buffer.from('plain'));
  const { token } = await call('POST', `${project}/pairing-tokens`, {});
  device = new KillableDevice({ agent: join(programs, 'tideway-agent.mjs'), preload: '' }, server.url);
  device.start(null, ['--name', 'plain', '--pairing-token', token]);
  id = (await until(async () => (await devices())[0])).id;
});

afterAll(async () => {
  await device.remove();
  await server.stop();
});

describe('a value in a shell text', () => {
  it.each(Object.entries(values))('is only ever text: %s', async (_name, value) => {
    const flow = await saveFlow(texts('${{ inputs.x }}'));
    const update = await order(flow, { x: value });
    if (value.includes('\0')) return expect(update).toMatchObject({ refused: expect.stringContaining('NUL') });
    expectOnlyText(update, value);
  });

  it.each(Object.entries(values))('of the configuration is so, too: %s', async (_name, value) => {
    if (value.includes('\0')) return;
    const flow = await saveFlow(texts('${{ config.x }}'));
    // A rollback sees the configuration that is in place again: none.
    expectOnlyText(await order(flow, {}, { x: value }), value, '');
  });

  it.each(Object.entries(values))(
    'is so where it is the name of a device, or cannot be one: %s',
    async (_name, value) => {
      const flow = await saveFlow(texts('${{ device.name }}'));
      const renamed = await server.request('PATCH', `${project}/devices/${id}`, { body: { name: value } });
      if (renamed.status !== 200) return expect(renamed.status).toBe(400);
      const [named] = await devices();
      expectOnlyText(await order(flow, {}), named?.name ?? '');
    },
  );
});

describe.each(Object.entries(places))('a value in %s', (_place, step) => {
  it('is refused, fails the step or is taken as it is, and runs nothing', async () => {
    const flow = await saveFlow(
      `flows: { NAME: { inputs: { x: {} }, steps: [{ name: one, ${step('${{ inputs.x }}')} }] } }`,
    );
    for (const [name, value] of Object.entries(values).filter(isTried)) {
      const update = await order(flow, { x: value });
      expect([name, namesBelow(device.root).filter((one) => one.endsWith('pwned') && !one.includes(value))]).toEqual([
        name,
        [],
      ]);
      if ('refused' in update) {
        expect([name, namesBelow(device.root)]).toEqual([name, []]);
      } else if (update.status === 'success') {
        const strange = namesBelow(device.root).filter((one) => !isBeside(one, value));
        expect([name, strange]).toEqual([name, []]);
      } else {
        expect([name, namesBelow(device.root), update.message]).toEqual([
          name,
          [],
          expect.stringMatching(/^Step "one" failed: /),
        ]);
      }
    }
  });
});

function expectOnlyText(update: Ended, value: string, rolledBack = value): void {
  expect(update).toMatchObject({ status: 'failed', reason: 'command_failed' });
  expect(readRoot('sh').split('\0').slice(0, -1)).toEqual([value, value, `<${value}>`, `<${value}>`]);
  expect(readRoot('here')).toBe(`${value}\n`);
  for (const name of ['bash', 'check']) expect(readRoot(name)).toBe(`${value}\0`);
  expect(readRoot('rolled-back')).toBe(rolledBack);
  expect(namesBelow(device.root).sort()).toEqual(['bash', 'check', 'here', 'rolled-back', 'sh']);
}

/** `npm run test:long` tries every value at every place. */
function isTried(_value: unknown, index: number): boolean {
  return Boolean(process.env.TIDEWAY_LONG) || index % 3 === 1;
}

/** Whether a name is one of the folders and files that a path with this value names. */
function isBeside(name: string, value: string): boolean {
  const wanted = [`opt/${value}/file`, `srv/${value}`, 'opt/artifact', 'opt/owned'].map(
    (one) => `${join('/', one).slice(1)}/`,
  );
  return wanted.some((one) => one.startsWith(`${name}/`));
}

type Ended = Update | { refused: string };

/** Orders an update on an empty root, and gives its end, or why it was refused. */
async function order(flow: string, parameters: Record<string, string>, configuration?: object): Promise<Ended> {
  rmSync(device.root, { recursive: true, force: true });
  mkdirSync(device.root);
  const body = {
    device_ids: [id],
    deployment_configuration: { flow_uuid: flow, parameters_mapping: parameters },
    ...(configuration && { configuration }),
  };
  const answer = await server.request('POST', `${project}/deployments`, { body });
  if (answer.status !== 200 && answer.status !== 201) {
    expect(answer.status).toBe(400);
    return { refused: answer.body.error_message };
  }
  const path = `${project}/deployments/${answer.body.deployment_id}/updates/${id}`;
  return until(async () => {
    const update: Update = await call('GET', path);
    return update.finished_at !== null && device.history === null && update;
  });
}

async function saveFlow(source: string): Promise<string> {
  const answer = await server.request('POST', `${project}/update-flows`, {
    body: source.replace('NAME', `flow-${++flows}`),
    headers: { 'content-type': 'application/yaml' },
  });
  if (answer.status >= 300) throw new Error(JSON.stringify(answer.body));
  return answer.body.update_flows[0].uuid;
}

async function call(method: string, path: string, body?: object) {
  const answer = await server.request(method, path, { body });
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${JSON.stringify(answer.body)}`);
  return answer.body;
}

async function devices(): Promise<Device[]> {
  return (await call('GET', `${project}/devices`)).items;
}

function readRoot(name: string): string {
  return readFileSync(join(device.root, name), 'utf8');
}

function namesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' });
}

async function until<T>(find: () => Promise<T | undefined | false>): Promise<T> {
  for (;;) {
    const found = await find();
    if (found !== undefined && found !== false) return found;
    if (device.hasGivenUp) throw new Error(`The agent has ended by itself:\n${device.log}`);
    await delay(30);
  }
}
