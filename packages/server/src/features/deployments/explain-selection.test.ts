import { type Greenhouses, makeGreenhouses, startTestServer, type TestServer } from '@tideway/testkit';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { execute } from '../../platform/database/database.ts';

let server: TestServer;
let fleet: Greenhouses;

beforeAll(async () => {
  server = await startTestServer();
  fleet = await makeGreenhouses(server);
});

afterAll(() => server.stop());

describe('why a filter selects a device, or why not', () => {
  it('is said condition by condition, with what the device has instead', async () => {
    const filters = [
      { type: 'specific_device', operand: 'is_not', value: 'd-91c4-07aa' },
      { type: 'tag', operand: 'is', value: 'dry' },
      { type: 'tag', operand: 'is_not', value: 'humid' },
      { type: 'app', operand: 'is', value: 'irrigation', app_version: 'v3.2' },
      { type: 'app', operand: 'is_not', value: 'lamps' },
      { type: 'device_state', operand: 'is', value: 'online' },
      { type: 'deployment', operand: 'is', value: 'failed', deployment_id: fleet.deploymentId },
      { type: 'update_status', operand: 'is_not', value: 'success' },
    ];
    const groups = [{ name: 'South' }, { name: 'Production' }];
    const { status, body } = await explain({ device_id: 'd-91c4-07aa', device_filter: { groups, filters } });
    expect(status).toBe(200);
    expect(body.device).toEqual({ id: 'd-91c4-07aa', name: 'pump-1' });
    expect(body.is_selected).toBe(false);
    const id = fleet.deploymentId;
    expect(body.conditions.map(Object.values)).toEqual([
      [null, true, 'The device is approved, as every order asks'],
      ['device_filter.groups', false, 'Asked: it is in South or Production. It is in North'],
      ['device_filter.filters[0]', false, 'Asked: its id is not d-91c4-07aa. It is d-91c4-07aa'],
      ['device_filter.filters[1]', false, 'Asked: it has the tag dry. It has humid'],
      ['device_filter.filters[2]', false, 'Asked: it has not the tag humid. It has humid'],
      ['device_filter.filters[3]', false, 'Asked: its app is irrigation v3.2. It has irrigation v3.1'],
      ['device_filter.filters[4]', true, 'Asked: its app is not lamps. It has no such app'],
      ['device_filter.filters[5]', true, 'Asked: it is online. It is online'],
      ['device_filter.filters[6]', true, `Asked: its status in ${id} is failed. It is failed there`],
      ['device_filter.filters[7]', true, 'Asked: its last update is not success. It is failed'],
    ]);
  });

  it('is that every condition matches', async () => {
    const asked = { device_filter: { groups: [{ name: 'South' }] }, device_ids: ['d-91c4-07dd', 'd-91c4-07cc'] };
    const { body } = await explain({ device_id: 'd-91c4-07dd', ...asked });
    expect(body).toMatchObject({ is_selected: true, conditions: [{}, {}, { field: 'device_ids', matches: true }] });
    const preview = await server.request('POST', `${fleet.path}/device-filter/preview`, { body: asked });
    expect(preview.body.devices).toBe(2);
  });

  it('is approval, which no filter asks for', async () => {
    await execute(server.db, sql`update device set needs_approval = true where public_id = 'd-91c4-07ee'`);
    const { body } = await explain({ device_id: 'd-91c4-07ee' });
    expect(body).toMatchObject({
      is_selected: false,
      conditions: [{ field: null, matches: false, message: 'The device awaits approval: no order selects it before' }],
    });
  });

  it.each([
    [{}, 'invalid_request', 'device_id'],
    [{ device_id: 7 }, 'invalid_request', 'device_id'],
    [{ device_id: 'd-none-none' }, 'unknown_device', 'device_id'],
    [
      { device_id: 'd-91c4-07aa', devices_filter: { groups: [{ name: 'x' }] } },
      'unknown_group',
      'devices_filter.groups[0].name',
    ],
    [{ device_id: 'd-91c4-07aa', device_filter: { project: {} } }, 'invalid_request', 'device_filter.project'],
    [{ device_id: 'd-91c4-07aa', extra: 1 }, 'invalid_request', 'extra'],
  ])('refuses %j', async (body, code, field) => {
    expect(await explain(body)).toMatchObject({ status: 400, body: { code, field } });
  });
});

async function explain(body: unknown) {
  return server.request('POST', `${fleet.path}/device-filter/explain`, { body });
}
