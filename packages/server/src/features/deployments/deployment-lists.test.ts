import {
  type DeviceFleet,
  makeDeviceFleet,
  type ScriptedDevice,
  startTestServer,
  type TestServer,
} from '@tideway/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let server: TestServer;
let fleet: DeviceFleet;
let devices: ScriptedDevice[];
/** Deployments by what they are. */
let ids: Record<'finished' | 'paused' | 'scheduled' | 'running', string>;

const night = `flows:
  night 100%:
    steps: [{ name: only, run: 'true' }]
`;

beforeAll(async () => {
  server = await startTestServer();
  fleet = await makeDeviceFleet(server, 'Lists');
  devices = [await fleet.joinDevice('lamp-1'), await fleet.joinDevice('lamp-2'), await fleet.joinDevice('pump-1')];
  const app = { name: 'irrigation', version: 'v7' };
  const finished = await fleet.deployTo(devices, { app });
  await end(devices[0], finished, 'succeeded');
  await end(devices[1], finished, 'failed');
  await fleet.call('POST', `/deployments/${finished}/abort`);
  const paused = await fleet.deployTo(devices, { flow: night });
  await fleet.call('POST', `/deployments/${paused}/pause`);
  const start_at = new Date(Date.now() + 3_600_000).toISOString();
  const scheduled = await fleet.deployTo(devices, { options: { schedule: { start_at } } });
  const running = await fleet.deployTo(devices, { flow: night, app: { ...app, version: 'spring-8' } });
  ids = { finished, paused, scheduled, running };
});

afterAll(() => server.stop());

describe('the list of deployments', () => {
  it.each(['finished', 'paused', 'scheduled', 'running'] as const)('has each in one state: %s', async (state) => {
    const { body } = await server.request('GET', `${fleet.path}/deployments?state=${state}`);
    expect(body.items).toMatchObject([{ id: ids[state], state }]);
    expect((await server.request('GET', `${fleet.path}/deployments/${ids[state]}`)).body.state).toBe(state);
  });

  it.each([
    ['flow=night%20100%25', ['running', 'paused']],
    ['app=irrigation', ['running', 'finished']],
    ['app=irrigation&state=running', ['running']],
    ['search=SPRING-8', ['running']],
    ['search=100%25', ['running', 'paused']],
    ['search=_', []],
  ] as const)('is narrowed by %s', async (query, expected) => {
    expect(await idsOf(`/deployments?${query}`)).toEqual(expected.map((name) => ids[name]));
  });

  it('finds a deployment by its id, and a flow by its own', async () => {
    expect(await idsOf(`/deployments?search=${ids.scheduled}`)).toEqual([ids.scheduled]);
    const { body } = await server.request('GET', `${fleet.path}/deployments/${ids.scheduled}`);
    expect(await idsOf(`/deployments?flow=${body.flow.id}`)).toEqual([ids.scheduled, ids.finished]);
  });

  it.each([
    ['flow=nothing', 'unknown_flow', 'flow'],
    ['app=nothing', 'unknown_app', 'app'],
  ])('refuses what does not exist: %s', async (query, code, field) => {
    const { status, body } = await server.request('GET', `${fleet.path}/deployments?${query}`);
    expect([status, body.code, body.field]).toEqual([400, code, field]);
  });

  it('comes in pages that are narrowed alike', async () => {
    const first = await server.request('GET', `${fleet.path}/deployments?app=irrigation&limit=1`);
    expect(first.body).toMatchObject({ items: [{ id: ids.running }], next: expect.any(String) });
    const second = await idsOf(`/deployments?app=irrigation&limit=1&after=${first.body.next}`);
    expect(second).toEqual([ids.finished]);
  });
});

describe('the updates of a deployment', () => {
  it.each([
    ['reason=step_failed', ['lamp-2']],
    ['reason=by_person', ['pump-1']],
    ['reason=expired', []],
    ['search=LAMP', ['lamp-1', 'lamp-2']],
    ['search=lamp&status=failed', ['lamp-2']],
    ['failed_step=second', ['lamp-2']],
    ['failed_step=second&message=no%20water', ['lamp-2']],
    ['failed_step=first', []],
    ['failed_step=nothing', []],
    ['message=no', []],
  ])('are narrowed by %s', async (query, names) => {
    const { body } = await server.request('GET', `${fleet.path}/deployments/${ids.finished}/updates?${query}`);
    expect(body.items.map(({ device }: { device: { name: string } }) => device.name)).toEqual(names);
  });
});

describe('an update in a list', () => {
  it('has the step that its device spoke of last', async () => {
    const [silent, busy, failed] = [await fleet.joinDevice(), await fleet.joinDevice(), await fleet.joinDevice()];
    const id = await fleet.deployTo([silent, busy, failed]);
    for (const device of [busy, failed]) {
      await device.next();
      await device.report({ update_id: id, seq: 1, event: 'step_started', step: 0 });
      await device.report({ update_id: id, seq: 2, event: 'step_succeeded', step: 0, exit_code: 0 });
      await device.report({ update_id: id, seq: 3, event: 'step_started', step: 1 });
    }
    const end = { step: 1, exit_code: 3, message: 'no water' };
    await failed.report({ update_id: id, seq: 4, event: 'step_failed', ...end });
    await failed.report({ update_id: id, seq: 5, event: 'failed', reason: 'step_failed', ...end });
    const started = { name: 'second', status: 'started', tries: 1, exit_code: null, message: null };
    const steps = [null, started, { ...started, status: 'failed', exit_code: 3, message: 'no water' }];

    const { body } = await server.request('GET', `${fleet.path}/deployments/${id}/updates`);
    expect(body.items.map(({ step }: { step: unknown }) => step)).toEqual(steps);
    const second = await server.request('GET', `${fleet.path}/deployments/${id}/updates?status=in_progress`);
    expect(second.body.items).toMatchObject([{ device: { id: busy.id }, step: started }]);
    const history = await server.request('GET', `${fleet.path}/devices/${failed.id}/updates`);
    expect(history.body.items).toMatchObject([{ deployment_id: id, step: steps[2] }]);
    const one = await server.request('GET', `${fleet.path}/deployments/${id}/updates/${failed.id}`);
    expect(one.body.step).toEqual(steps[2]);
  });
});

describe('an update in progress whose device is away', () => {
  it('says since when, in every list and by itself, and no more once the device is back', async () => {
    const device = await fleet.joinDevice('away');
    const other = await fleet.joinDevice('away-too');
    const id = await fleet.deployTo([device, other]);
    await device.next();
    const offlineSince = async () => {
      const ofDeployment = await read(`/deployments/${id}/updates?search=${device.id}`);
      const ofDevice = await read(`/devices/${device.id}/updates`);
      const one = await read(`/deployments/${id}/updates/${device.id}`);
      return [ofDeployment.items[0], ofDevice.items[0], one].map(({ offline_since }) => offline_since);
    };
    expect(await offlineSince()).toEqual([null, null, null]);
    await server.shiftClock('1 hour');
    const { last_contact_at } = await read(`/devices/${device.id}`);
    expect(await offlineSince()).toEqual([last_contact_at, last_contact_at, last_contact_at]);
    const pending = await read(`/deployments/${id}/updates?status=pending`);
    expect(pending.items).toMatchObject([{ waiting_for: 'offline', offline_since: null }]);
    await device.hello();
    expect(await offlineSince()).toEqual([null, null, null]);
    await server.shiftClock('0 hours');
  });
});

describe('the history of a device', () => {
  it('names the flow of each update, in its version', async () => {
    const { items } = await read(`/devices/${devices[1]?.id}/updates`);
    const { flow } = await read(`/deployments/${ids.running}`);
    expect(items[0]).toMatchObject({ deployment_id: ids.running, flow });
    expect(flow).toMatchObject({ name: 'night 100%', version: 1 });
  });

  it('is narrowed by status', async () => {
    const history = `/devices/${devices[1]?.id}/updates`;
    const of = async (query: string) =>
      (await server.request('GET', `${fleet.path}${history}${query}`)).body.items.map(
        (update: { deployment_id: string }) => update.deployment_id,
      );
    expect(await of('')).toEqual([ids.running, ids.scheduled, ids.paused, ids.finished]);
    expect(await of('?status=failed')).toEqual([ids.finished]);
    expect(await of('?status=pending&limit=2')).toEqual([ids.running, ids.scheduled]);
    expect(await of('?status=success')).toEqual([]);
  });
});

describe('a list', () => {
  it.each([
    ['/deployments?state=open', 'state'],
    ['/deployments?app=', 'app'],
    [`/deployments?search=${'x'.repeat(129)}`, 'search'],
    ['/deployments?status=failed', 'status'],
    ['/deployments/ID/updates?status=bad', 'status'],
    [`/deployments/ID/updates?message=${'x'.repeat(2001)}`, 'message'],
    ['/devices/DEVICE/updates?status=bad', 'status'],
    ['/devices/DEVICE/updates?reason=expired', 'reason'],
  ])('is refused for %s', async (query, field) => {
    const path = query.replace('ID', ids.finished).replace('DEVICE', devices[0]?.id ?? '');
    const { status, body } = await server.request('GET', fleet.path + path);
    expect([status, body.code, body.field]).toEqual([400, 'invalid_request', field]);
  });
});

async function end(device: ScriptedDevice | undefined, id: string, event: 'succeeded' | 'failed'): Promise<void> {
  await device?.next();
  const why = event === 'failed' ? { reason: 'step_failed', step: 1, message: 'no water' } : {};
  await device?.report({ update_id: id, seq: 1, event, ...why });
}

async function idsOf(path: string): Promise<string[]> {
  const { body } = await server.request('GET', fleet.path + path);
  return body.items.map(({ id }: { id: string }) => id);
}

async function read(path: string) {
  return (await server.request('GET', `${fleet.path}${path}`)).body;
}
