import { createHash } from 'node:crypto';
import {
  ArtifactSource,
  type DeviceFleet,
  eventually,
  makeDeviceFleet,
  startTestServer,
  type TestServer,
} from '@tideway/testkit';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { oneRow } from '../../platform/database/database.ts';

const labels = Buffer.from('cat, dog');
const sha256 = createHash('sha256').update(labels).digest('hex');
const credentials = { username: 'fleet', password: 'pass-word' };
let server: TestServer;
let fleet: DeviceFleet;
let source: ArtifactSource;
let flowId: string;

beforeAll(async () => {
  server = await startTestServer();
  fleet = await makeDeviceFleet(server, 'Cameras');
  source = await new ArtifactSource().start();
  source.user = credentials;
  await fleet.call('POST', '/registries', { name: 'edge', url: `${source.url}/base`, ...credentials });
  await fleet.call('PUT', '/artifacts/app/1.0.0', 'in the store');
  flowId = await saveFlow(`
      - { name: labels, uses: tideway/download-artifact, with: { registry: edge, artifact: 'models/\${{ inputs.model }}.json', path: /opt/labels } }
      - { name: app, uses: tideway/files, with: { artifact: app/1.0.0, path: /opt/app } }`);
});

beforeEach(() => {
  source.files.clear();
  source.files.set('/base/models/v1.json', labels);
  source.asked.length = 0;
});

afterAll(async () => {
  await source.stop();
  await server.stop();
});

describe('an order of a flow that fetches from a registry', () => {
  it('pins what is there by SHA-256 and size, and says where it is; what is in the store says nothing', async () => {
    const device = await fleet.joinDevice();
    await device.hello();
    const { body } = await order({ device_ids: [device.id] });
    const plan = await device.next();
    expect(plan?.update_id).toBe(body.deployment_id);
    expect(JSON.parse(plan?.document ?? '').artifacts).toEqual([
      { path: 'app/1.0.0', sha256: expect.any(String), size: 12 },
      { path: 'models/v1.json', registry: 'edge', sha256, size: 8 },
    ]);
    expect(JSON.stringify(plan)).not.toContain(credentials.password);
  });

  it('counts its bytes in a dry run, and does not read it twice', async () => {
    await fleet.joinDevice();
    source.files.set('/base/models/v1.json', Buffer.from('fresh!'));
    const trial = await order({ dry_run: true });
    expect(trial).toMatchObject({ status: 200, body: { bytes_to_download: (6 + 12) * trial.body.devices } });
    expect((await order()).status).toBe(201);
    expect(source.asked.filter(({ method }) => method === 'GET')).toHaveLength(1);
  });

  it.each([
    ['is not there', () => source.files.clear(), 'the registry edge answers with status 404'],
    ['is kept from us', () => (source.user = { ...credentials, password: 'new' }), 'answers with status 401'],
  ])('is refused where it %s, with what the registry said, and nothing is created', async (_, spoil, why) => {
    const before = await countDeployments();
    spoil();
    const answer = await order();
    source.user = credentials;
    expect(answer).toMatchObject({
      status: 400,
      body: { code: 'unknown_artifact', field: 'deployment_configuration.parameters_mapping.model' },
    });
    expect(answer.body.error_message).toContain('The flow needs the artifact models/v1.json, which cannot be had');
    expect(answer.body.error_message).toContain(why);
    expect(JSON.stringify(answer.body)).not.toContain(credentials.password);
    expect(await countDeployments()).toBe(before);
  });

  it('is refused before anything is looked up where it is wrong by itself, and answered once by its key', async () => {
    expect(await order({ device_filter: { groups: [{ name: 'None' }] } })).toMatchObject({ status: 400 });
    source.asked.length = 0;
    expect(await order({ parameters: {} })).toMatchObject({ status: 400, body: { code: 'missing_parameter' } });
    expect(source.asked).toEqual([]);

    const headers = { 'idempotency-key': 'once' };
    const first = await order({}, headers);
    source.files.clear();
    source.asked.length = 0;
    expect((await order({}, headers)).body).toEqual(first.body);
    expect(source.asked).toEqual([]);
  });

  it('holds no transaction while it looks something up, and nothing is left of it where that breaks off', async () => {
    const before = await countDeployments();
    source.files.set('/base/models/v1.json', Buffer.from('never all of it'));
    source.stopsAfter = 3;
    const ordered = order();
    while (!source.asked.some(({ method }) => method === 'GET')) await new Promise((next) => setImmediate(next));
    // The server has short ones of its own now and then.
    await eventually(async () => expect(await countOpenTransactions()).toBe(0));
    source.breakOff();
    const answer = await ordered;
    source.stopsAfter = null;
    expect(answer).toMatchObject({ status: 400, body: { code: 'unknown_artifact' } });
    expect(answer.body.error_message).toContain('the registry edge broke off in the middle of it');
    expect(await countDeployments()).toBe(before);
  });

  it('is sent away for some seconds while twenty others look something up', async () => {
    source.files.set('/base/models/v1.json', Buffer.from('nor all of this'));
    source.stopsAfter = 3;
    const others = Array.from({ length: 20 }, () => order());
    const reading = () => source.asked.filter(({ method }) => method === 'GET').length;
    await eventually(() => expect(reading()).toBe(20));
    const answer = await order();
    source.breakOff();
    source.stopsAfter = null;
    expect((await Promise.all(others)).map(({ body }) => body.code)).toEqual(Array(20).fill('unknown_artifact'));
    expect(answer).toMatchObject({ status: 503, body: { code: 'unavailable' } });
    expect(answer.headers.get('retry-after')).toBe('5');
    expect((await order()).status).toBe(201);
  });

  it('names the registry that does not exist, and so does a warning when the flow is saved', async () => {
    const step = `
      - { name: pull, uses: tideway/docker, with: { registry: nowhere, image: app, tag: '1' } }
      - { name: clone, uses: tideway/git, with: { registry: edge, repository: 'https://git.example.org/a', ref: main, path: /a } }`;
    const { body } = await save(step);
    expect(body.warnings.map(({ message }: { message: string }) => message)).toEqual([
      expect.stringContaining('there is no registry nowhere yet'),
    ]);
    const answer = await order({ flow: body.update_flows[0].uuid, parameters: {} });
    expect(answer).toMatchObject({
      status: 400,
      body: { code: 'unknown_registry', field: 'deployment_configuration.flow_uuid' },
    });
    expect(answer.body.error_message).toBe('The flow needs the registry nowhere, which does not exist');
  });

  it.each([
    ['registry: edge, ', 'models/v1.json', 'cannot be had: the registry edge has one with the SHA-256'],
    ['', 'app/1.0.0', 'has the SHA-256'],
  ])('is refused where another SHA-256 is there than the flow pins: %s', async (where, artifact, why) => {
    source.saysChecksums = true;
    const pinned = 'ab'.repeat(32);
    const flow = await saveFlow(
      `[{ name: a, uses: tideway/files, with: { ${where}artifact: ${artifact}, sha256: ${pinned}, path: /a } }]`,
    );
    const answer = await order({ flow, parameters: {} });
    source.saysChecksums = false;
    expect(answer).toMatchObject({ status: 400, body: { code: 'unknown_artifact' } });
    expect(answer.body.error_message).toContain(why);
    expect(answer.body.error_message).toContain(`the flow asks for ${pinned}`);
  });

  it('is refused where a path cannot be known, and where one artifact is pinned twice', async () => {
    const ofDevice = await saveFlow(
      "[{ name: a, uses: tideway/files, with: { registry: edge, artifact: 'a/${{ config.zone }}', path: /a } }]",
    );
    expect((await order({ flow: ofDevice, parameters: {} })).body.error_message).toContain(
      'depends on the configuration',
    );
    const ofOrder = await saveFlow(
      "[{ name: a, uses: tideway/files, with: { registry: edge, artifact: 'a/${{ deployment.id }}', path: /a } }]",
    );
    expect((await order({ flow: ofOrder, parameters: {} })).body.error_message).toContain('answers with status 404');
    source.asked.length = 0;
    const [one, other] = ['ab'.repeat(32), 'cd'.repeat(32)];
    const twice = await saveFlow(`
      - { name: a, uses: tideway/files, with: { registry: edge, artifact: a, sha256: ${one}, path: /a } }
      - { name: b, uses: tideway/files, with: { registry: edge, artifact: a, sha256: ${other}, path: /b } }`);
    expect((await order({ flow: twice, parameters: {} })).body.error_message).toContain('with different SHA-256');
    expect(source.asked).toEqual([]);
  });
});

describe('the credentials of a registry', () => {
  it('are given to a device that is at an update that needs them, and to no other', async () => {
    const [device, other] = [await fleet.joinDevice(), await fleet.joinDevice()];
    for (const one of [device, other]) await one.hello();
    await order({ device_ids: [device.id] });
    expect((await device.fetchRegistry('edge')).status).toBe(404);
    await device.next();
    const given = await device.fetchRegistry('edge');
    expect(given).toMatchObject({ status: 200, body: { url: `${source.url}/base`, ...credentials } });
    expect(given.headers.get('cache-control')).toBe('no-store');
    expect((await device.fetchRegistry('none')).status).toBe(404);
    expect((await other.fetchRegistry('edge')).status).toBe(404);

    const deployments = (await server.request('GET', `${fleet.path}/deployments?limit=1`)).body.items;
    await device.report({ update_id: deployments[0].id, seq: 1, event: 'succeeded' });
    expect((await device.fetchRegistry('edge')).status).toBe(404);
  });

  it('are those that it has now, and a registry is not deleted while an open update needs it', async () => {
    const device = await fleet.joinDevice();
    await device.hello();
    await fleet.call('POST', '/registries', { name: 'used', url: `${source.url}/base`, ...credentials });
    const flow = await saveFlow(
      '[{ name: a, uses: tideway/files, with: { registry: used, artifact: models/v1.json, path: /a } }]',
    );
    const { body } = await order({ flow, parameters: {}, device_ids: [device.id] });
    await device.next();
    const used = `${fleet.path}/registries/used`;
    await server.request('PATCH', used, { body: { password: 'newer' } });
    expect((await device.fetchRegistry('used')).body).toMatchObject({ password: 'newer' });
    const refused = await server.request('DELETE', used);
    expect(refused).toMatchObject({ status: 409, body: { code: 'in_use' } });
    expect(refused.body.error_message).toContain(body.deployment_id);

    await device.report({ update_id: body.deployment_id, seq: 1, event: 'failed', reason: 'command_failed' });
    await server.request('PATCH', used, { body: { password: credentials.password } });
    const retried = await server.request('POST', `${fleet.path}/deployments/${body.deployment_id}/retry`, { body: {} });
    expect(retried).toMatchObject({ status: 201 });
    const plan = await device.next();
    expect(JSON.parse(plan?.document ?? '').artifacts).toMatchObject([{ registry: 'used', sha256 }]);
    expect((await device.fetchRegistry('used')).status).toBe(200);

    await device.report({
      update_id: retried.body.deployment_id,
      seq: 1,
      event: 'failed',
      reason: 'command_failed',
    });
    expect((await server.request('DELETE', used)).status).toBe(204);
    const gone = await server.request('POST', `${fleet.path}/deployments/${body.deployment_id}/retry`, { body: {} });
    expect(gone).toMatchObject({ status: 400, body: { code: 'unknown_registry' } });
  });
});

type OrderChanges = { flow?: string; parameters?: Record<string, string> } & Record<string, unknown>;

async function order({ flow = flowId, parameters = { model: 'v1' }, ...rest }: OrderChanges = {}, headers = {}) {
  const deployment_configuration = { flow_uuid: flow, parameters_mapping: parameters };
  return server.request('POST', `${fleet.path}/deployments`, { body: { deployment_configuration, ...rest }, headers });
}

let flows = 0;

async function save(steps: string) {
  flows += 1;
  const inputs = steps.includes('inputs.model') ? 'inputs: { model: {} }' : 'inputs: {}';
  const body = `flows:\n  flow-${flows}:\n    ${inputs}\n    steps: ${steps}\n`;
  return server.request('POST', `${fleet.path}/update-flows`, {
    body,
    headers: { 'content-type': 'application/yaml' },
  });
}

async function saveFlow(steps: string): Promise<string> {
  const { body } = await save(steps);
  if (body.update_flows === undefined) throw new Error(JSON.stringify(body));
  return body.update_flows[0].uuid;
}

async function countDeployments(): Promise<number> {
  const { count } = await oneRow<{ count: number }>(server.db, sql`select count(*) as count from deployment`);
  return count;
}

async function countOpenTransactions(): Promise<number> {
  const { open } = await oneRow<{ open: number }>(
    server.db,
    sql`select count(*) as open from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid() and xact_start is not null`,
  );
  return open;
}
