import { type Answer, type Greenhouses, makeGreenhouses, startTestServer, type TestServer } from '@tideway/testkit';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { firstRow, rows } from '../../platform/database/database.ts';

let server: TestServer;
let fleet: Greenhouses;

beforeAll(async () => {
  server = await startTestServer();
  fleet = await makeGreenhouses(server);
});

afterAll(() => server.stop());

/** The full body of section 1, with this server's token. */
function fullBody() {
  return {
    user_token: server.owner.token,
    flow_id: 'f-5d0e-b713',
    devices_filter: {
      project: { name: 'Greenhouses' },
      groups: [{ name: 'North' }, { name: 'South' }],
      filters: [
        { type: 'specific_device', operand: 'is_not', value: 'd-91c4-07aa' },
        { type: 'tag', operand: 'is', value: 'humid' },
        { type: 'app', operand: 'is_not', value: 'irrigation', app_version: 'v3.2' },
        { type: 'device_state', operand: 'is', value: 'online' },
        { type: 'deployment', operand: 'is', value: 'failed', deployment_id: fleet.deploymentId },
      ],
    },
    parameters_mapping: { version: '1.1.0', conf_path: '/etc/app/settings.conf' },
    deployment_configuration: { log_level: 'info', upload: { interval_s: 60 } },
    comment: 'nightly build 512',
    app: { name: 'irrigation', version: 'v3.2' },
  };
}

/** The least that the main door takes: the whole project. */
function leastBody() {
  return {
    user_token: server.owner.token,
    flow_id: 'f-5d0e-b713',
    devices_filter: { project: { name: 'Greenhouses' }, groups: [] as unknown[], filters: [] as unknown[] },
  };
}

describe('POST /v1/deploy_update', () => {
  /** The body of section 2. */
  const body = () => ({
    user_token: server.owner.token,
    flow_id: '4c1d-9be2',
    devices_filter: {
      project: { name: 'Greenhouses' },
      groups: [{ name: 'North' }, { name: 'South' }],
      filters: [{ type: 'specific_device', operand: 'is', value: 'd-91c4-07aa' }],
    },
    metadata: { comment: 'valve fix', app: { name: 'irrigation', version: 'v3.2' } },
  });

  beforeAll(async () => {
    const flow = { flows: { valves: { steps: [{ name: 'turn', run: 'true' }] } } };
    await server.request('POST', `${fleet.path}/update-flows?id=4c1d-9be2`, { body: flow });
  });

  it('takes the body of the contract', async () => {
    const answer = await server.request('POST', '/v1/deploy_update', { token: null, body: body() });
    expect(answer).toMatchObject({ status: 200, body: { message: 'Success', devices: 1 } });
    const { body: deployment } = await server.request('GET', answer.body.url);
    expect(deployment).toMatchObject({ comment: 'valve fix', app: { name: 'irrigation', version: 'v3.2' } });
  });

  it('takes empty metadata, and refuses an order without', async () => {
    const empty = await server.request('POST', '/v1/deploy_update', { token: null, body: { ...body(), metadata: {} } });
    expect(empty.status).toBe(200);
    const { metadata: _, ...without } = body();
    for (const wrong of [without, { ...without, metadata: 'x' }, { ...without, metadata: null }]) {
      const answer = await server.request('POST', '/v1/deploy_update', { token: null, body: wrong });
      expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_request', field: 'metadata' } });
    }
  });

  it('selects by the result of the last update', async () => {
    const filters = [{ type: 'update_status', operand: 'is_not', value: 'in_progress' }];
    const devices_filter = { ...body().devices_filter, groups: [], filters };
    const answer = await server.request('POST', '/v1/deploy_update', {
      token: null,
      body: { ...body(), devices_filter },
    });
    expect(answer.status).toBe(200);
    expect(answer.body.devices).toBeGreaterThan(1);
  });
});

describe('POST /v2/deploy_update', () => {
  it('takes the full body of the contract and answers with what it created', async () => {
    const answer = await deploy(fullBody());
    const deployment = await server.request('GET', answer.body.url);

    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      message: 'Success',
      deployment_id: expect.stringMatching(/^dp-[0-9a-z]{4}-[0-9a-z]{4}$/),
      devices: 1,
      url: `/api/v2/greenhouses/deployments/${answer.body.deployment_id}`,
    });
    expect(await devicesOf(answer)).toEqual(['pump-2']);
    expect(deployment.body).toMatchObject({
      id: answer.body.deployment_id,
      flow: { id: 'f-5d0e-b713', name: 'nightly', version: 1 },
      app: { name: 'irrigation', version: 'v3.2' },
      comment: 'nightly build 512',
      parameters: { version: '1.1.0', conf_path: '/etc/app/settings.conf' },
      configuration: { log_level: 'info', upload: { interval_s: 60 } },
      devices: 1,
      counts: { pending: 1, in_progress: 0, success: 0, failed: 0, aborted: 0 },
    });
  });

  it.each(['parameters_mapping', 'deployment_configuration', 'app'] as const)(
    'takes %s as a JSON text too',
    async (key) => {
      const asObject = await deploy(fullBody());
      const asText = await deploy({ ...fullBody(), [key]: JSON.stringify(fullBody()[key]) });

      expect(asText.status).toBe(200);
      expect(await orderOf(asText)).toEqual(await orderOf(asObject));
    },
  );

  it.each([
    ['device_filter', 'devices_filter'],
    ['flow_uuid', 'flow_id'],
  ] as const)('takes %s for %s', async (alias, usual) => {
    const { [usual]: value, ...rest } = fullBody();

    expect((await deploy({ ...rest, [alias]: value })).status).toBe(200);
  });

  it.each(['metadata', 'deployment_configuration'])(
    'takes comment, app and parameters_mapping inside %s',
    async (wrapper) => {
      const { comment, app, parameters_mapping, deployment_configuration, ...rest } = fullBody();
      const inside = { comment, app, parameters_mapping };
      const answer = await deploy({
        ...rest,
        ...(wrapper === 'metadata'
          ? { metadata: inside, deployment_configuration }
          : { deployment_configuration: { ...deployment_configuration, ...inside } }),
      });

      expect(answer.status).toBe(200);
      expect(await orderOf(answer)).toEqual(await orderOf(await deploy(fullBody())));
    },
  );

  it('takes "configuration" verbatim for the device', async () => {
    const configuration = { app: 'a key of the device', comment: '', nested: { empty: {} } };
    const answer = await deploy({ ...leastBody(), configuration });

    expect((await orderOf(answer))?.configuration).toEqual(configuration);
  });

  it('takes "" and {} of optional keys for absent', async () => {
    const empty = { comment: '', app: '', parameters_mapping: {}, deployment_configuration: '', metadata: {} };
    const options = ['expires_in', 'timeout', 'abort_deadline', 'supersede', 'max_failures', 'dry_run', 'allow_empty'];
    const emptyOptions = { schedule: {}, ...Object.fromEntries(options.map((option) => [option, ''])) };
    const answer = await deploy({ ...leastBody(), ...empty, ...emptyOptions });

    expect(answer.status).toBe(200);
    expect(await orderOf(answer)).toMatchObject({ comment: '', app_version: null, configuration: null });
    expect((await server.request('GET', answer.body.url)).body).toMatchObject({ expires_at: null, supersede: 'none' });
  });

  it('leaves keys of the device alone that are empty or have the name of an option', async () => {
    const configuration = { timeout: '', metadata: {}, configuration: '', device_filter: 'a', devices_filter: 'b' };
    const answer = await deploy({ ...leastBody(), deployment_configuration: configuration });

    expect((await orderOf(answer))?.configuration).toEqual(configuration);
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'application/json'])(
    'reads a JSON object as %s',
    async (type) => {
      const body = JSON.stringify(leastBody());

      expect(
        (await server.request('POST', '/v2/deploy_update', { token: null, body, headers: { 'content-type': type } }))
          .status,
      ).toBe(200);
    },
  );

  it('takes the token of the Authorization header where the body has none', async () => {
    const { user_token: token, ...body } = leastBody();

    expect((await server.request('POST', '/v2/deploy_update', { token, body })).status).toBe(200);
  });

  it('takes the newest version of the flow', async () => {
    const source = 'flows: { older: { steps: [{ name: one, run: ls }] } }';
    await server.request('PUT', `${fleet.path}/update-flows/4c1d-9be2`, {
      body: source,
      headers: { 'content-type': 'application/yaml' },
    });
    const answer = await deploy({ ...leastBody(), flow_id: '4c1d-9be2' });

    expect((await server.request('GET', answer.body.url)).body.flow.version).toBe(2);
  });
});

describe('a device filter', () => {
  it.each([
    ['specific_device', 'is', 'd-91c4-07aa', {}, ['pump-1']],
    ['specific_device', 'is_not', 'd-91c4-07aa', {}, ['pump-2', 'pump-3', 'pump-4', 'pump-5']],
    ['tag', 'is', 'humid', {}, ['pump-1', 'pump-2', 'pump-3', 'pump-5']],
    ['tag', 'is_not', 'humid', {}, ['pump-4']],
    ['app', 'is', 'irrigation', {}, ['pump-1', 'pump-2', 'pump-3']],
    ['app', 'is_not', 'irrigation', {}, ['pump-4', 'pump-5']],
    ['app', 'is', 'irrigation', { app_version: 'v3.1' }, ['pump-1', 'pump-2']],
    ['app', 'is_not', 'irrigation', { app_version: 'v3.1' }, ['pump-3', 'pump-4', 'pump-5']],
    ['app', 'is_not', 'irrigation', { app_version: 'v9' }, ['pump-1', 'pump-2', 'pump-3', 'pump-4', 'pump-5']],
    ['device_state', 'is', 'online', {}, ['pump-1', 'pump-2', 'pump-4']],
    ['device_state', 'is', 'offline', {}, ['pump-3', 'pump-5']],
    ['deployment', 'is', 'failed', { deployment_id: 'dp-3fk8-2mw0' }, ['pump-1', 'pump-2']],
    ['deployment', 'is_not', 'failed', { deployment_id: 'dp-3fk8-2mw0' }, ['pump-3', 'pump-4', 'pump-5']],
    ['deployment', 'is', 'any', { deployment_id: 'dp-3fk8-2mw0' }, ['pump-1', 'pump-2', 'pump-3', 'pump-4', 'pump-5']],
  ])('%s %s %s %j selects %j', async (type, operand, value, extra, expected) => {
    const body = leastBody();
    body.devices_filter.filters = [{ type, operand, value, ...extra }];

    expect(await devicesOf(await deploy(body))).toEqual(expected);
  });

  it.each(['pending', 'in_progress', 'success', 'aborted'])(
    'asks a deployment for %s and its complement',
    async (value) => {
      const filter = (operand: string) => ({ type: 'deployment', operand, value, deployment_id: fleet.deploymentId });
      const counted = await Promise.all(
        ['is', 'is_not'].map(async (operand) => {
          const body = { ...leastBody(), allow_empty: true };
          body.devices_filter.filters = [filter(operand)];
          return (await deploy(body)).body.devices;
        }),
      );

      expect(counted).toEqual(value === 'success' ? [3, 2] : [0, 5]);
    },
  );

  it('asks for the result of the last update', async () => {
    const fresh = await startTestServer();
    await makeGreenhouses(fresh);
    const body = leastBody();
    body.devices_filter.filters = [{ type: 'update_status', operand: 'is_not', value: 'failed' }];
    const answer = await fresh.request('POST', '/v2/deploy_update', {
      body: { ...body, user_token: fresh.owner.token },
    });
    await fresh.stop();

    expect(answer.body.devices).toBe(3);
  });

  it('takes a device of any of the groups, and every filter', async () => {
    const body = leastBody();
    body.devices_filter.groups = [{ name: 'North' }, { name: 'South' }];
    body.devices_filter.filters = [
      { type: 'tag', operand: 'is', value: 'humid' },
      { type: 'app', operand: 'is', value: 'irrigation', app_version: 'v3.1' },
    ];

    expect(await devicesOf(await deploy(body))).toEqual(['pump-1', 'pump-2']);
  });
});

describe('POST /api/v2/{project_key}/deployments', () => {
  const path = '/api/v2/greenhouses/deployments';

  it('takes the body of the contract', async () => {
    const answer = await server.request('POST', path, {
      body: {
        device_filter: {
          groups: [{ name: 'North' }],
          filters: [
            { type: 'specific_device', operand: 'is', value: 'd-91c4-07aa' },
            { type: 'deployment', deployment_id: fleet.deploymentId, operand: 'is', value: 'failed' },
            { type: 'app', app_version: 'v3.1', operand: 'is', value: 'irrigation' },
          ],
        },
        deployment_configuration: {
          flow_uuid: 'f-5d0e-b713',
          comment: 'valve fix',
          app: { name: 'irrigation', version: 'v3.2' },
          parameters_mapping: { user: 'pump', conf_path: '/etc/irrigation.conf' },
        },
      },
    });

    expect(answer.status).toBe(201);
    expect(answer.body).toEqual({
      deployment_uuid: answer.body.deployment_id,
      deployment_id: expect.any(String),
      devices: 1,
    });
    expect(await devicesOf(answer)).toEqual(['pump-1']);
    expect(await orderOf(answer)).toMatchObject({
      comment: 'valve fix',
      parameters: { user: 'pump', conf_path: '/etc/irrigation.conf' },
    });
  });

  it("takes a request as the vendor's GitHub Action sends it", async () => {
    const answer = await server.request('POST', path, {
      body: {
        device_filter: { groups: [] },
        deployment_configuration: {
          flow_uuid: 'f-5d0e-b713',
          app: { name: 'irrigation', version: 'v4.0' },
          parameters_mapping: { version: '4.0.0' },
        },
      },
    });

    expect(answer.status).toBe(201);
    expect(answer.body.deployment_uuid).toMatch(/^dp-/);
    expect(answer.body.devices).toBe(5);
  });

  it.each([
    ['no filter', undefined],
    ['an empty filter', {}],
    ['empty lists', { groups: [], filters: [] }],
  ])('takes %s for the whole project', async (_name, filter) => {
    const deployment_configuration = { flow_uuid: 'f-5d0e-b713' };
    const answer = await server.request('POST', path, {
      body: { ...(filter && { device_filter: filter }), deployment_configuration },
    });

    expect(answer.body.devices).toBe(5);
  });

  it('is narrowed by a list of devices, and takes configuration for the device beside', async () => {
    const answer = await server.request('POST', path, {
      body: {
        device_ids: ['d-91c4-07aa', 'd-91c4-07dd'],
        device_filter: { filters: [{ type: 'tag', operand: 'is', value: 'humid' }] },
        deployment_configuration: { flow_uuid: 'f-5d0e-b713' },
        configuration: { log_level: 'debug' },
      },
    });

    expect(await devicesOf(answer)).toEqual(['pump-1']);
    expect((await orderOf(answer))?.configuration).toEqual({ log_level: 'debug' });
  });

  it('is found by the name of the project too', async () => {
    const answer = await server.request('POST', '/api/v2/Greenhouses/deployments', {
      body: { deployment_configuration: { flow_id: 'f-5d0e-b713' } },
    });

    expect(answer.status).toBe(201);
  });

  it.each([
    [{ flow_uuid: 'f-5d0e-b713', parameter_mapping: { version: '1' } }, 'deployment_configuration.parameter_mapping'],
    [{ comment: 'valve fix' }, 'deployment_configuration.flow_uuid'],
    [{ flow_uuid: 'f-5d0e-b713', log_level: 'info' }, 'deployment_configuration.log_level'],
  ])('refuses the configuration %j', async (deployment_configuration, field) => {
    const answer = await server.request('POST', path, { body: { deployment_configuration } });

    expect([answer.status, answer.body.code, answer.body.field]).toEqual([400, 'invalid_request', field]);
  });

  it('refuses what is not JSON by its type', async () => {
    const answer = await server.request('POST', path, { body: '{}', headers: { 'content-type': 'text/plain' } });

    expect([answer.status, answer.body.code]).toEqual([415, 'unsupported_media_type']);
  });
});

describe('an order for no device', () => {
  it('creates an empty, finished deployment where that is allowed', async () => {
    const body = { ...leastBody(), allow_empty: true };
    body.devices_filter.filters = [{ type: 'tag', operand: 'is', value: 'dry' }];
    const answer = await deploy(body);
    const deployment = await server.request('GET', answer.body.url);

    expect([answer.status, answer.body.devices]).toEqual([200, 0]);
    expect(deployment.body.finished_at).not.toBeNull();
  });
});

describe('an Idempotency-Key', () => {
  const once = (key: string, body: object) =>
    server.request('POST', '/v2/deploy_update', { token: null, body, headers: { 'idempotency-key': key } });

  it('gives the first answer again and creates nothing', async () => {
    const first = await once('build-512', leastBody());
    const before = await countRows();
    const again = await once('build-512', leastBody());

    expect(again.body).toEqual(first.body);
    expect(await countRows()).toEqual(before);
  });

  it('gives twins that come at the same time one deployment', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => once('build-513', leastBody())));

    expect(answers.map((answer) => answer.status)).toEqual(Array(8).fill(200));
    expect(new Set(answers.map((answer) => answer.body.deployment_id)).size).toBe(1);
  });

  it('is refused with another order, and not used up by a refusal', async () => {
    const refused = await once('build-514', { ...leastBody(), flow_id: 'f-0000-0000' });
    const accepted = await once('build-514', leastBody());
    const other = await once('build-514', { ...leastBody(), comment: 'another' });

    expect([refused.status, accepted.status]).toEqual([400, 200]);
    expect([other.status, other.body.code]).toEqual([409, 'idempotency_conflict']);
  });

  it('is another one in another account, and one of 256 characters is refused', async () => {
    const long = await once('x'.repeat(256), leastBody());

    expect([long.status, long.body.field]).toEqual([400, 'Idempotency-Key']);
  });
});

async function deploy(body: unknown): Promise<Answer> {
  return server.request('POST', '/v2/deploy_update', { token: null, body });
}

async function devicesOf(answer: Answer): Promise<string[]> {
  if (answer.status >= 300) throw new Error(JSON.stringify(answer.body));
  const found = await rows<{ name: string }>(
    server.db,
    sql`select d.name from device_update u join device d on d.id = u.device_id
        join deployment p on p.id = u.deployment_id where p.public_id = ${answer.body.deployment_id} order by d.name`,
  );
  return found.map((row) => row.name);
}

async function orderOf(answer: Answer) {
  if (answer.status >= 300) throw new Error(JSON.stringify(answer.body));
  return firstRow<Record<string, unknown>>(
    server.db,
    sql`select device_filter, parameters, configuration, comment, app_version, devices
        from deployment where public_id = ${answer.body.deployment_id}`,
  );
}

async function countRows() {
  return firstRow(
    server.db,
    sql`select (select count(*) from deployment) as deployments, (select count(*) from deployment_document) as documents,
               (select count(*) from device_update) as updates, (select count(*) from deployment_count) as counts,
               (select count(*) from audit_event) as audit, (select count(*) from idempotency_key) as keys`,
  );
}
