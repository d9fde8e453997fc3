import {
  type Answer,
  createTokenOf,
  type Greenhouses,
  makeGreenhouses,
  startTestServer,
  type TestServer,
} from '@tideway/testkit';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { firstRow } from '../../platform/database/database.ts';

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

describe('a refusal', () => {
  type Body = Record<string, unknown> & {
    devices_filter: { groups: unknown[]; filters: unknown[] } & Record<string, unknown>;
  };
  const filter = (entry: unknown) => (body: Body) => {
    body.devices_filter.filters = [entry];
  };
  const set = (key: string, value: unknown) => (body: Body) => {
    body[key] = value;
  };
  const drop = (key: string) => (body: Body) => void delete body[key];

  it.each<[string, (body: Body) => void, number, string, string | undefined, string]>([
    [
      'an operand that is none',
      filter({ type: 'tag', operand: 'isnt', value: 'humid' }),
      400,
      'invalid_request',
      'devices_filter.filters[0].operand',
      'devices_filter.filters[0].operand must be one of: is, is_not',
    ],
    [
      'a value that is no text',
      filter({ type: 'tag', operand: 'is', value: 5 }),
      400,
      'invalid_request',
      'devices_filter.filters[0].value',
      'devices_filter.filters[0].value must be a string',
    ],
    [
      'a filter type that is none',
      filter({ type: 'tags', operand: 'is', value: 'humid' }),
      400,
      'invalid_request',
      'devices_filter.filters[0].type',
      'devices_filter.filters[0].type must be one of: specific_device, tag, app, device_state, deployment, update_status',
    ],
    [
      'is_not of the state',
      filter({ type: 'device_state', operand: 'is_not', value: 'online' }),
      400,
      'invalid_request',
      'devices_filter.filters[0].operand',
      'devices_filter.filters[0].operand must be "is"',
    ],
    [
      'a state that is none',
      filter({ type: 'device_state', operand: 'is', value: 'on' }),
      400,
      'invalid_request',
      'devices_filter.filters[0].value',
      'must be one of: online, offline',
    ],
    [
      'a key of another filter type',
      filter({ type: 'tag', operand: 'is', value: 'humid', deployment_id: 'x' }),
      400,
      'invalid_request',
      'devices_filter.filters[0].deployment_id',
      'is not a known key',
    ],
    [
      'a deployment filter without its id',
      filter({ type: 'deployment', operand: 'is', value: 'failed' }),
      400,
      'invalid_request',
      'devices_filter.filters[0].deployment_id',
      'is required',
    ],
    ['an unknown key', set('flow_uid', 'x'), 400, 'invalid_request', 'flow_uid', 'flow_uid is not a known key'],
    ['an unknown option', set('phases', []), 400, 'invalid_request', 'phases', 'is not a known key'],
    ['no flow', drop('flow_id'), 400, 'invalid_request', 'flow_id', 'flow_id is required'],
    ['no filter', drop('devices_filter'), 400, 'invalid_request', 'devices_filter', 'devices_filter is required'],
    ['no token', drop('user_token'), 400, 'invalid_request', 'user_token', 'here or as header Authorization: Bearer'],
    [
      'no groups',
      (body) => void Reflect.deleteProperty(body.devices_filter, 'groups'),
      400,
      'invalid_request',
      'devices_filter.groups',
      'is required',
    ],
    [
      'no filters',
      (body) => void Reflect.deleteProperty(body.devices_filter, 'filters'),
      400,
      'invalid_request',
      'devices_filter.filters',
      'is required',
    ],
    [
      'no project',
      (body) => void Reflect.deleteProperty(body.devices_filter, 'project'),
      400,
      'invalid_request',
      'devices_filter.project',
      'is required',
    ],
    [
      '101 groups',
      (body) => {
        body.devices_filter.groups = Array(101).fill({ name: 'North' });
      },
      400,
      'invalid_request',
      'devices_filter.groups',
      'at most 100',
    ],
    [
      '51 filters',
      (body) => {
        body.devices_filter.filters = Array(51).fill({ type: 'tag', operand: 'is', value: 'humid' });
      },
      400,
      'invalid_request',
      'devices_filter.filters',
      'at most 50',
    ],
    [
      'a name of 10,000 characters',
      filter({ type: 'tag', operand: 'is', value: 'x'.repeat(10_000) }),
      400,
      'invalid_request',
      'devices_filter.filters[0].value',
      'at most 128 characters',
    ],
    [
      'a name with NUL',
      filter({ type: 'tag', operand: 'is', value: 'a\0b' }),
      400,
      'invalid_request',
      'devices_filter.filters[0].value',
      'must not contain',
    ],
    [
      'a parameter that is no text',
      set('parameters_mapping', { version: 1 }),
      400,
      'invalid_request',
      'parameters_mapping.version',
      'parameters_mapping.version must be a string',
    ],
    [
      'a JSON text that holds no object',
      set('app', '[1]'),
      400,
      'invalid_request',
      'app',
      'must be an object, or a text that holds one as JSON',
    ],
    [
      'a JSON text with NUL in it',
      set('deployment_configuration', '{"a":["\\u0000"]}'),
      400,
      'invalid_request',
      'deployment_configuration.a[0]',
      'must not contain NUL',
    ],
    [
      'a configuration of many levels',
      set('deployment_configuration', JSON.parse(`{"a":${'['.repeat(500)}${']'.repeat(500)}}`)),
      400,
      'invalid_request',
      undefined,
      '100 levels',
    ],
    [
      'a JSON text of many levels',
      set('deployment_configuration', `{"a":${'['.repeat(5000)}${']'.repeat(5000)}}`),
      400,
      'invalid_request',
      'deployment_configuration',
      '100 levels',
    ],
    [
      'an app without its version',
      set('app', { name: 'irrigation' }),
      400,
      'invalid_request',
      'app.version',
      'app.version is required',
    ],
    [
      'a comment that is too long',
      set('comment', 'x'.repeat(1001)),
      400,
      'invalid_request',
      'comment',
      'at most 1000 characters',
    ],
    [
      'a comment that differs inside',
      set('metadata', { comment: 'other' }),
      400,
      'invalid_request',
      'metadata.comment',
      'with another value',
    ],
    ['two different filters', set('device_filter', {}), 400, 'invalid_request', 'device_filter', 'with another value'],
    [
      'two configurations',
      set('configuration', { a: 1 }),
      400,
      'invalid_request',
      'deployment_configuration.log_level',
      'send one of them',
    ],
    [
      'a configuration of more than 64 KiB',
      set('deployment_configuration', { a: 'x'.repeat(64 * 1024) }),
      400,
      'invalid_request',
      'deployment_configuration',
      '64 KiB',
    ],
    [
      'an unknown project',
      (body) => {
        body.devices_filter.project = { name: 'Nowhere' };
      },
      400,
      'unknown_project',
      'devices_filter.project.name',
      'Nowhere',
    ],
    ['an unknown flow', set('flow_id', 'f-0000-0000'), 400, 'unknown_flow', 'flow_id', 'f-0000-0000'],
    ['a malformed flow id', set('flow_id', 'what?'), 400, 'unknown_flow', 'flow_id', 'what?'],
    [
      'an unknown group',
      (body) => {
        body.devices_filter.groups = [{ name: 'North' }, { name: 'East' }];
      },
      400,
      'unknown_group',
      'devices_filter.groups[1].name',
      'There is no group East',
    ],
    [
      'the group all',
      (body) => {
        body.devices_filter.groups = [{ name: 'all' }];
      },
      400,
      'unknown_group',
      'devices_filter.groups[0].name',
      'for the whole project, leave the list of groups empty',
    ],
    [
      'an unknown tag',
      filter({ type: 'tag', operand: 'is_not', value: 'humd' }),
      400,
      'unknown_tag',
      'devices_filter.filters[0].value',
      'humd',
    ],
    [
      'an unknown app in a filter',
      filter({ type: 'app', operand: 'is_not', value: 'irigation' }),
      400,
      'unknown_app',
      'devices_filter.filters[0].value',
      'irigation',
    ],
    [
      'an unknown device',
      filter({ type: 'specific_device', operand: 'is', value: 'd-0000-0000' }),
      400,
      'unknown_device',
      'devices_filter.filters[0].value',
      'd-0000-0000',
    ],
    [
      'an unknown deployment',
      filter({ type: 'deployment', operand: 'is', value: 'any', deployment_id: 'dp-0000-0000' }),
      400,
      'unknown_deployment',
      'devices_filter.filters[0].deployment_id',
      'dp-0000-0000',
    ],
    [
      'an unknown app',
      set('app', { name: 'Irrigation', version: '1' }),
      400,
      'unknown_app',
      'app.name',
      'There is no app Irrigation',
    ],
    [
      'an unknown parameter',
      set('parameters_mapping', { verison: '1' }),
      400,
      'unknown_parameter',
      'parameters_mapping.verison',
      'no parameter verison',
    ],
    [
      'no device',
      filter({ type: 'tag', operand: 'is', value: 'dry' }),
      400,
      'no_devices_matched',
      'devices_filter',
      'nothing was deployed',
    ],
    [
      'a token that is none',
      set('user_token', 'twu_nobody'),
      401,
      'invalid_token',
      undefined,
      'unknown, expired or revoked',
    ],
  ])('of %s names the field and leaves nothing behind', async (_name, spoil, status, code, field, message) => {
    const body = fullBody() as Body;
    spoil(body);
    const before = await countRows();
    const answer = await deploy(body);

    expect(answer.body.error_message).toContain(message);
    expect([answer.status, answer.body.code, answer.body.field]).toEqual([status, code, field]);
    expect(await countRows()).toEqual(before);
  });

  it.each([
    ['is not JSON', '{"user_token":', 'invalid_json'],
    ['is a list', '[]', 'invalid_json'],
    ['is empty', '', 'invalid_json'],
    ['is a text', '"order"', 'invalid_json'],
  ])('of a body that %s says so', async (_name, body, code) => {
    const answer = await server.request('POST', '/v2/deploy_update', {
      token: null,
      body,
      headers: { 'content-type': 'application/json' },
    });

    expect([answer.status, answer.body.code]).toEqual([400, code]);
  });

  it('of a body that is not JSON says where, and repeats nothing of it', async () => {
    const body = `{\n  "user_token": ${server.owner.token}\n}`;
    const answer = await deploy(body);

    expect(answer.body).toEqual({
      code: 'invalid_json',
      error_message: 'The body is not valid JSON: see line 2, column 17',
    });
  });

  it('of a body over 1 MiB says so', async () => {
    const answer = await deploy({ ...leastBody(), comment: 'x'.repeat(1024 * 1024) });

    expect([answer.status, answer.body.code]).toEqual([413, 'too_large']);
  });

  it('has the body of the contract', async () => {
    const body = leastBody();
    body.devices_filter.filters = [
      { type: 'tag', operand: 'is', value: 'humid' },
      { type: 'tag', operand: 'was', value: 'humid' },
    ];
    const answer = await deploy(body);

    expect(answer.status).toBe(400);
    expect(answer.body).toEqual({
      error_message: 'devices_filter.filters[1].operand must be one of: is, is_not',
      code: 'invalid_request',
      field: 'devices_filter.filters[1].operand',
    });
  });

  it('of an expired or a revoked token is 401, like that of an unknown one', async () => {
    const fresh = await startTestServer();
    const create = (expires_at?: string) =>
      fresh.request('POST', '/api/v2/access-tokens', {
        body: { name: 'ci', role: 'operator', ...(expires_at && { expires_at }) },
      });
    const expiring = await create(new Date(Date.now() + 3_600_000).toISOString());
    const revoked = await create();
    await fresh.request('DELETE', `/api/v2/access-tokens/${revoked.body.id}`);
    await fresh.shiftClock('2 hours');
    const answers = await Promise.all(
      [expiring, revoked].map(({ body }) =>
        fresh.request('POST', '/v2/deploy_update', { token: null, body: { ...leastBody(), user_token: body.token } }),
      ),
    );
    await fresh.stop();

    expect([expiring.status, revoked.status]).toEqual([201, 201]);
    expect(answers.map(({ status, body }) => [status, body.code])).toEqual(Array(2).fill([401, 'invalid_token']));
    expect(JSON.stringify(answers)).not.toContain(revoked.body.token);
  });

  it('of a flow that needs a registry which is not known names it', async () => {
    const step = {
      name: 'a',
      uses: 'connect/docker',
      with: { registry: 'edge-registry', 'image-path': 'vision/model' },
    };
    const body = { flows: { camera: { steps: [step] } } };
    const saved = await server.request('POST', `${fleet.path}/update-flows`, { body });
    const answer = await deploy({ ...leastBody(), flow_id: saved.body.update_flows[0].uuid });

    expect(saved.body.warnings).toHaveLength(1);
    expect([answer.status, answer.body.code, answer.body.field]).toEqual([400, 'unknown_registry', 'flow_id']);
    expect(answer.body.error_message).toContain('edge-registry');
  });

  it('of a viewer is 403, and a viewer of another project sees none', async () => {
    const viewer = await createTokenOf(server, 'viewer');
    const answer = await deploy({ ...leastBody(), user_token: viewer });

    expect([answer.status, answer.body.code]).toEqual([403, 'forbidden']);
  });

  it("of another account's project, flow, tag, group, device, app or deployment is as if it did not exist", async () => {
    const other = await server.createAccount('strangers');
    await server.request('POST', '/api/v2/projects', { token: other.token, body: { name: 'Theirs' } });
    const theirs = (change: object) => deploy({ ...leastBody(), user_token: other.token, ...change });
    const inTheirs = (filters: unknown[], groups: unknown[] = []) => ({
      devices_filter: { project: { name: 'Theirs' }, groups, filters },
    });
    await server.request('POST', '/api/v2/theirs/update-flows?id=f-7777-7777', {
      token: other.token,
      body: { flows: { a: { steps: [{ name: 'a', run: 'ls' }] } } },
    });
    const flow = { flow_id: 'f-7777-7777' };

    expect((await theirs({})).body.code).toBe('unknown_project');
    expect((await theirs(inTheirs([]))).body.code).toBe('unknown_flow');
    expect((await theirs({ ...flow, ...inTheirs([], [{ name: 'North' }]) })).body.code).toBe('unknown_group');
    expect((await theirs({ ...flow, ...inTheirs([{ type: 'tag', operand: 'is', value: 'humid' }]) })).body.code).toBe(
      'unknown_tag',
    );
    expect(
      (await theirs({ ...flow, ...inTheirs([{ type: 'app', operand: 'is', value: 'irrigation' }]) })).body.code,
    ).toBe('unknown_app');
    expect(
      (await theirs({ ...flow, ...inTheirs([{ type: 'specific_device', operand: 'is', value: 'd-91c4-07aa' }]) })).body
        .code,
    ).toBe('unknown_device');
    expect(
      (
        await theirs({
          ...flow,
          ...inTheirs([{ type: 'deployment', operand: 'is', value: 'any', deployment_id: fleet.deploymentId }]),
        })
      ).body.code,
    ).toBe('unknown_deployment');
    expect(
      (await server.request('GET', `${fleet.path}/deployments/${fleet.deploymentId}`, { token: other.token })).status,
    ).toBe(404);
  });

  it('against the inputs of the flow says what is missing or wrong, and never the value', async () => {
    const source = `flows:
  strict:
    inputs: { version: { pattern: '\\d+' }, password: { secret: true }, target: { default: /opt } }
    steps:
      - { name: one, run: 'echo "\${{ inputs.version }}"' }
      - { name: two, uses: tideway/files, with: { artifact: 'a/\${{ inputs.version }}', path: '\${{ inputs.target }}' } }
`;
    const saved = await server.request('POST', `${fleet.path}/update-flows`, {
      body: source,
      headers: { 'content-type': 'application/yaml' },
    });
    const order = (parameters_mapping: object) =>
      deploy({ ...leastBody(), flow_id: saved.body.update_flows[0].uuid, parameters_mapping });
    const refusals = await Promise.all([
      order({ version: '1' }),
      order({ version: 'hunter2', password: 'x' }),
      order({ version: '1', password: 'x' }),
      order({ version: '1', password: 'x', target: '/opt/../etc' }),
    ]);

    expect(refusals.map(({ body }) => [body.code, body.field])).toEqual([
      ['missing_parameter', 'parameters_mapping.password'],
      ['invalid_parameter', 'parameters_mapping.version'],
      ['unknown_artifact', 'parameters_mapping.version'],
      ['invalid_parameter', 'parameters_mapping.target'],
    ]);
    expect(JSON.stringify(refusals)).not.toContain('hunter2');
  });

  it.each([
    ['a parameter', 'app/${{ inputs.version }}', 'parameters_mapping.version'],
    ['several parameters', '${{ inputs.name }}/${{ inputs.version }}', 'parameters_mapping'],
    ['the configuration', 'app/${{ config.channel }}', 'deployment_configuration.channel'],
    ["the flow's own default", 'app/${{ inputs.kept }}', 'flow_id'],
    ['the flow itself', 'app/none', 'flow_id'],
  ])('of an artifact that does not exist names the field behind it: %s', async (_name, artifact, field) => {
    const inputs = { version: {}, name: {}, kept: { default: 'kept' } };
    const steps = [{ name: 'one', uses: 'tideway/files', with: { artifact, path: '/opt' } }];
    const flows = { [`artifact of ${field} ${artifact.length}`]: { inputs, steps } };
    const saved = await server.request('POST', `${fleet.path}/update-flows`, { body: { flows } });
    const refused = await deploy({
      ...leastBody(),
      flow_id: saved.body.update_flows[0].uuid,
      parameters_mapping: { version: '1', name: 'none' },
      deployment_configuration: { channel: 'stable' },
    });

    expect([refused.body.code, refused.body.field]).toEqual(['unknown_artifact', field]);
  });

  it('of an empty order lists everything that it needs', async () => {
    const bare = await deploy({});
    const withHeader = await server.request('POST', '/v2/deploy_update', { body: {} });

    const fieldsOf = (answer: Answer) => answer.body.errors.map(({ path }: { path: string }) => path);
    expect(fieldsOf(bare)).toEqual(['user_token', 'flow_id', 'devices_filter']);
    expect(fieldsOf(withHeader)).toEqual(['flow_id', 'devices_filter']);
  });
});

async function deploy(body: unknown): Promise<Answer> {
  return server.request('POST', '/v2/deploy_update', { token: null, body });
}

async function countRows() {
  return firstRow(
    server.db,
    sql`select (select count(*) from deployment) as deployments, (select count(*) from deployment_document) as documents,
               (select count(*) from device_update) as updates, (select count(*) from deployment_count) as counts,
               (select count(*) from audit_event) as audit, (select count(*) from idempotency_key) as keys`,
  );
}
