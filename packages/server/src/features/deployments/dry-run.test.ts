import { type DeviceFleet, makeDeviceFleet, startTestServer, type TestServer } from '@tideway/testkit';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { oneRow } from '../../platform/database/database.ts';

const flow = `flows:
  release:
    inputs: { version: { default: 1.0.0 }, password: { secret: true, default: hush } }
    steps:
      - { name: files, uses: tideway/files, with: { artifact: 'app/\${{ inputs.version }}/app.bin', path: /opt/app } }
`;
let server: TestServer;
let fleet: DeviceFleet;
let flowId: string;

beforeAll(async () => {
  server = await startTestServer();
  fleet = await makeDeviceFleet(server, 'Trials');
  await server.request('PUT', `${fleet.path}/artifacts/app/1.1.0/app.bin`, { body: 'eleven byte' });
  const made = (await fleet.call('POST', '/update-flows', flow)) as { update_flows: [{ uuid: string }] };
  flowId = made.update_flows[0].uuid;
});

afterAll(() => server.stop());

describe('a dry run', () => {
  it('says what the order would do at every door, and does nothing', async () => {
    const [able, unable] = [await fleet.joinDevice('able'), await fleet.joinDevice('unable')];
    await able.hello({ capabilities: ['run', 'files'] });
    await unable.hello({ capabilities: ['run'] });
    await fleet.call('POST', '/devices', { name: 'not-there-yet', group: 'Production' });
    const expected = {
      dry_run: true,
      devices: 3,
      by_state: { online: 2, offline: 1 },
      by_group: [{ name: 'Production', devices: 3 }],
      sample: [{ id: able.id, name: 'able' }, { id: unable.id }, { name: 'not-there-yet' }],
      lacking: [{ lacks: 'This agent does not support steps of type files.', devices: 1, sample: [{ id: unable.id }] }],
      parameters: { version: '1.1.0', password: '***' },
      bytes_to_download: 33,
    };
    const before = await countRows();

    const order = { flow_id: flowId, parameters_mapping: { version: '1.1.0' }, dry_run: true };
    const project = { project: { name: 'Trials' }, groups: [], filters: [] };
    const token = { user_token: server.owner.token };
    const v2 = await server.request('POST', '/v2/deploy_update', {
      body: { ...token, ...order, devices_filter: project },
    });
    expect(v2).toMatchObject({ status: 200, body: { message: 'Success', ...expected } });
    const v1 = await server.request('POST', '/v1/deploy_update', {
      body: { ...token, ...order, devices_filter: project, metadata: {} },
    });
    expect(v1).toMatchObject({ status: 200, body: expected });
    expect(await deploy({ headers: { 'idempotency-key': 'once' } })).toMatchObject({ status: 200, body: expected });
    expect(await countRows()).toEqual(before);
    const real = await deploy({ dry_run: false, headers: { 'idempotency-key': 'once' } });
    expect(real).toMatchObject({ status: 201, body: { devices: 3 } });
  });

  it('is refused for what the order would be refused for', async () => {
    expect(await deploy({ version: '9.9.9' })).toMatchObject({ status: 400, body: { code: 'unknown_artifact' } });
    const nobody = { filters: [{ type: 'device_state', operand: 'is', value: 'online' }], groups: [{ name: 'None' }] };
    expect(await deploy({ filter: nobody })).toMatchObject({ status: 400, body: { code: 'unknown_group' } });
    await fleet.call('POST', '/groups', { name: 'Empty' });
    const empty = { groups: [{ name: 'Empty' }] };
    expect(await deploy({ filter: empty })).toMatchObject({ status: 400, body: { code: 'no_devices_matched' } });
    expect(await deploy({ filter: empty, allow_empty: true })).toMatchObject({
      status: 200,
      body: { devices: 0, by_state: { online: 0, offline: 0 }, by_group: [], sample: [], bytes_to_download: 0 },
    });
    expect(await deploy({ dry_run: 'yes' })).toMatchObject({ status: 400, body: { field: 'dry_run' } });
  });
});

describe('a preview of a filter', () => {
  it('says which devices it selects', async () => {
    const device = await fleet.joinDevice('picked');
    const { status, body } = await preview({ device_ids: [device.id] });
    expect({ status, body }).toEqual({
      status: 200,
      body: {
        devices: 1,
        listed: 1,
        by_state: { online: 0, offline: 1 },
        by_group: [{ name: 'Production', devices: 1 }],
        sample: [{ id: device.id, name: 'picked' }],
      },
    });
  });

  it.each([
    [{ device_filter: { groups: [{ name: 'Nowhere' }] } }, 'unknown_group', 'device_filter.groups[0].name'],
    [{ devices_filter: { groups: 'all' } }, 'invalid_request', 'devices_filter.groups'],
    [{ filter: {} }, 'invalid_request', 'filter'],
    [{ device_ids: [] }, 'invalid_request', 'device_ids'],
  ])('refuses %j', async (body, code, field) => {
    expect(await preview(body)).toMatchObject({ status: 400, body: { code, field } });
  });
});

type Trial = {
  version?: string;
  filter?: Record<string, unknown>;
  dry_run?: unknown;
  allow_empty?: boolean;
  headers?: Record<string, string>;
};

async function deploy({ version = '1.1.0', filter = {}, dry_run = true, allow_empty = false, headers = {} }: Trial) {
  const inner = { flow_uuid: flowId, parameters_mapping: { version } };
  const body = { device_filter: filter, deployment_configuration: inner, dry_run, allow_empty };
  return server.request('POST', `${fleet.path}/deployments`, { body, headers });
}

async function preview(body: unknown) {
  return server.request('POST', `${fleet.path}/device-filter/preview`, { body });
}

async function countRows(): Promise<unknown> {
  return oneRow(
    server.db,
    sql`select (select count(*) from deployment) as deployments, (select count(*) from device_update) as updates,
               (select count(*) from deployment_document) as documents, (select count(*) from audit_event) as audited,
               (select count(*) from idempotency_key) as keys`,
  );
}
