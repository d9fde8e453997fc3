import {
  type DeviceFleet,
  eventually,
  makeDeviceFleet,
  type ScriptedDevice,
  startTestServer,
  type TestServer,
} from '@tideway/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { beginScheduled } from './begin-scheduled.ts';
import { readBooks } from './testing/read-books.ts';
import { endWhatIsOverdue } from './watch-clock.ts';

const none = { pending: 0, in_progress: 0, success: 0, failed: 0, aborted: 0 };
let server: TestServer;
let fleet: DeviceFleet;

beforeAll(async () => {
  // What is due is done where a test says so: before that it is looked at.
  server = await startTestServer({ pollAfterS: 0.05, lookEveryMs: 3_600_000 });
  fleet = await makeDeviceFleet(server, 'Options');
});

afterAll(() => server.stop());

describe('a scheduled order', () => {
  it('begins at its time and not before, and wakes the devices that are connected', async () => {
    const device = await fleet.joinDevice();
    const channel = await device.openChannel();
    const id = await fleet.deployTo([device], { options: { schedule: { start_at: inHours(2) } } });
    expect(await waitingFor(id)).toBe('scheduled');
    await channel.say();
    expect(await device.next()).toBeNull();
    const later = await fleet.deployTo([device]);
    expect((await device.next())?.update_id).toBe(later);
    await device.report({ update_id: later, seq: 1, event: 'succeeded' });

    await server.shiftClock('3 hours');
    await beginScheduled(server.deps);
    await channel.woken();
    await device.openSession();
    expect((await device.next())?.update_id).toBe(id);
    await server.shiftClock('0 hours');
  });

  it.each([
    ['schedule.start_at', { schedule: { start_at: 'tomorrow' } }],
    ['schedule.start_at', { schedule: { start_at: '2020-01-01T00:00:00Z' } }],
    ['schedule.start_at', { schedule: { start_at: '' } }],
    ['schedule.stop_at', { schedule: { start_at: '2999-01-01T00:00:00Z', stop_at: 'x' } }],
    ['schedule', { schedule: 'now' }],
    ['expires_in', { schedule: { start_at: '2999-01-01T00:00:00Z' }, expires_in: '1h' }],
    ['supersede', { supersede: 'all' }],
    ['supersede', { supersede: 'same_app' }],
  ])('or another option that cannot be is refused by name: %s', async (field, options) => {
    const device = await fleet.joinDevice();
    await expect(fleet.deployTo([device], { options })).rejects.toThrow(`"field":"${field}"`);
  });
});

describe('an order for a version of its flow', () => {
  const versions = `flows:
  versioned:
    steps: [{ name: first, run: 'echo VERSION' }]
`;

  it('takes that one, at every door, and the newest where it names none', async () => {
    const { device, flow } = await savedTwice('one');
    for (const [version, expected] of [
      [1, 'one'],
      [2, 'two'],
      [undefined, 'two'],
    ] as const) {
      const options = version === undefined ? {} : { flow_version: version };
      const sent = { device_ids: [device.id], deployment_configuration: { flow_uuid: flow }, ...options };
      const { deployment_id: id } = (await fleet.call('POST', '/deployments', sent)) as { deployment_id: string };
      expect((await device.next())?.document).toContain(`echo ${expected}`);
      await device.report({ update_id: id, seq: 1, event: 'succeeded' });
      expect(await fleet.call('GET', `/deployments/${id}`)).toMatchObject({ flow: { version: version ?? 2 } });
    }
    const filters = [{ type: 'specific_device', operand: 'is', value: device.id }];
    const { status, body } = await server.request('POST', '/v2/deploy_update', {
      body: {
        user_token: server.owner.token,
        flow_id: flow,
        devices_filter: { project: { name: 'Options' }, groups: [], filters },
        flow_version: 1,
      },
    });
    expect([status, body.devices]).toEqual([200, 1]);
    expect(await fleet.call('GET', `/deployments/${body.deployment_id}`)).toMatchObject({ flow: { version: 1 } });
  });

  it.each([0, -1, 1.5, '1', true, 9e15])('is refused by name where that is none: %j', async (version) => {
    const { device } = await savedTwice(`bad-${version}`);
    await expect(fleet.deployTo([device], { options: { flow_version: version } })).rejects.toThrow(
      '"field":"flow_version"',
    );
  });

  it('is refused where the flow has no such version, with its newest, and leaves nothing behind', async () => {
    const { device, flow } = await savedTwice('three');
    const sent = { device_ids: [device.id], deployment_configuration: { flow_uuid: flow }, flow_version: 3 };
    for (const also of [{}, { dry_run: true }]) {
      const { status, body } = await server.request('POST', `${fleet.path}/deployments`, {
        body: { ...sent, ...also },
      });
      expect([status, body.code, body.field]).toEqual([400, 'unknown_flow', 'flow_version']);
      expect(body.error_message).toBe(`The flow ${flow} has no version 3: its newest is 2`);
    }
    expect(await device.next()).toBeNull();
  });

  async function savedTwice(name: string) {
    const text = (word: string) => versions.replace('versioned', `versioned ${name}`).replace('VERSION', word);
    const saved = (await fleet.call('POST', '/update-flows', text('one'))) as { update_flows: [{ uuid: string }] };
    const [{ uuid: flow }] = saved.update_flows;
    await fleet.call('PUT', `/update-flows/${flow}`, text('two'));
    return { device: await fleet.joinDevice(), flow };
  }
});

describe('a paused deployment', () => {
  it('is taken up by no device until it is resumed, and lets those at work go on', async () => {
    const [working, waiting] = [await fleet.joinDevice(), await fleet.joinDevice()];
    const id = await fleet.deployTo([working, waiting]);
    await working.next();
    for (let times = 0; times < 2; times++) {
      expect(await call(id, 'pause')).toMatchObject({ status: 200, body: { paused_at: expect.any(String) } });
    }
    expect(await waiting.next()).toBeNull();
    expect(await waitingFor(id, waiting)).toBe('paused');
    expect(await working.report({ update_id: id, seq: 1, event: 'succeeded' })).toBe('success');

    const channel = await waiting.openChannel();
    await channel.say();
    expect(await call(id, 'resume')).toMatchObject({ status: 200, body: { paused_at: null } });
    await channel.woken();
    expect((await waiting.next())?.update_id).toBe(id);
    await waiting.report({ update_id: id, seq: 1, event: 'succeeded' });
    expect(await call(id, 'pause')).toMatchObject({ status: 409, body: { code: 'wrong_state' } });
    expect((await call(id, 'resume')).body.error_message).toMatch(/is finished already: there is nothing to resume$/);
    expect(await call('dp-none-none', 'pause')).toMatchObject({ status: 404 });
  });

  it('expires and is aborted all the same, and does not downgrade when it is resumed', async () => {
    const device = await fleet.joinDevice();
    const app = { name: 'irrigation', version: 'v1' };
    const older = await fleet.deployTo([device], { app });
    await call(older, 'pause');
    const newer = await fleet.deployTo([device], { app: { ...app, version: 'v2' } });
    expect((await device.next())?.update_id).toBe(newer);
    await device.report({ update_id: newer, seq: 1, event: 'succeeded' });
    expect(await readBooks(server.db, older)).toMatchObject({ counts: { ...none, aborted: 1 }, is_finished: true });

    const aborted = await fleet.deployTo([device]);
    await call(aborted, 'pause');
    expect(await call(aborted, 'abort')).toMatchObject({ body: { aborted: 1, stopping: 0 } });
  });
});

describe('an order that has expired', () => {
  it('is taken up by no device, also where no server has ended it yet', async () => {
    const own = await startTestServer();
    const ownFleet = await makeDeviceFleet(own, 'Expired');
    const device = await ownFleet.joinDevice();
    const id = await ownFleet.deployTo([device], { options: { expires_in: '1h' } });
    await own.shiftClock('2 hours');
    await device.openSession();
    expect(await device.next()).toBeNull();
    expect(await ownFleet.call('GET', `/deployments/${id}/updates/${device.id}`)).toMatchObject({
      status: 'pending',
      waiting_for: 'expired',
    });
    const why = (await ownFleet.call('GET', `/devices/${device.id}/why`)) as { message: string };
    expect(why.message).toBe('The deployment has expired: this one ends.');
    await own.stop();
  });
});

describe('an order with a failure limit', () => {
  it('lets no device begin any more when as many have failed, and ends what is pending', async () => {
    const devices = await joinDevices(4);
    const [one, two, three] = devices;
    const id = await fleet.deployTo(devices, { options: { max_failures: 2 } });
    for (const device of [one, two, three]) await device?.next();
    await fail(one, id);
    expect(await show(id)).toMatchObject({ max_failures: 2, failure_limit_reached_at: null });
    await fail(two, id);
    expect(await show(id)).toMatchObject({ failure_limit_reached_at: expect.any(String) });
    expect(await waitingFor(id, devices[3])).toBe('failure_limit');
    expect(await devices[3]?.next()).toBeNull();

    await endWhatIsOverdue(server.deps);
    expect(await readBooks(server.db, id)).toMatchObject({
      counts: { ...none, in_progress: 1, failed: 2, aborted: 1 },
    });
    const { body } = await server.request('GET', `${fleet.path}/deployments/${id}/updates/${devices[3]?.id}`);
    expect(body).toMatchObject({ status: 'aborted', reason: 'failure_limit' });
    expect(await three?.report({ update_id: id, seq: 1, event: 'succeeded' })).toBe('success');
    expect(await readBooks(server.db, id)).toMatchObject({ is_finished: true });
  });

  it('takes a percentage of those with a result, but not of fewer than ten', async () => {
    const devices = await joinDevices(12);
    const id = await fleet.deployTo(devices, { options: { max_failures: '20%' } });
    await devices[0]?.next();
    await fail(devices[0], id);
    expect(await show(id)).toMatchObject({ max_failures: '20%', failure_limit_reached_at: null });
    await devices[1]?.next();
    await fail(devices[1], id);
    expect(await show(id)).toMatchObject({ failure_limit_reached_at: expect.any(String) });
  });

  it('takes a percentage of the whole order where it has fewer than ten devices', async () => {
    const devices = await joinDevices(2);
    const id = await fleet.deployTo(devices, { options: { max_failures: '50%' } });
    await devices[0]?.next();
    await fail(devices[0], id);
    expect(await show(id)).toMatchObject({ failure_limit_reached_at: expect.any(String) });
  });

  it('counts an update that has run out of time as a failure', async () => {
    const devices = await joinDevices(2);
    const id = await fleet.deployTo(devices, { options: { max_failures: 1, timeout: '1m' } });
    await devices[0]?.next();
    await server.shiftClock('2 hours');
    const ended = { counts: { ...none, failed: 1, aborted: 1 }, is_finished: true };
    await eventually(async () => {
      await endWhatIsOverdue(server.deps);
      expect(await readBooks(server.db, id)).toMatchObject(ended);
    });
    await server.shiftClock('0 hours');
  });

  it.each([0, -1, 1.5, true, '5', '0%', '0.0%', '101%', '10 %', 'ten'])('refuses %j', async (limit) => {
    const device = await fleet.joinDevice();
    await expect(fleet.deployTo([device], { options: { max_failures: limit } })).rejects.toThrow(
      'max_failures must be a number of updates such as 5, or a percentage such as 10%',
    );
  });
});

describe('an order that supersedes', () => {
  it('ends what is pending of the same app on its devices, and nothing else', async () => {
    const [one, other] = [await fleet.joinDevice(), await fleet.joinDevice()];
    const app = { name: 'irrigation', version: 'v1' };
    const atWork = await fleet.deployTo([one], { app });
    await one.next();
    const replaced = await fleet.deployTo([one, other], { app });
    const withoutApp = await fleet.deployTo([one]);
    const newest = await fleet.deployTo([one], { app: { ...app, version: 'v2' }, options: { supersede: 'same_app' } });
    expect(await readBooks(server.db, atWork)).toMatchObject({ counts: { ...none, in_progress: 1 } });
    expect(await readBooks(server.db, replaced)).toMatchObject({ counts: { ...none, pending: 1, aborted: 1 } });
    expect(await readBooks(server.db, withoutApp)).toMatchObject({ counts: { ...none, pending: 1 } });
    expect(await readBooks(server.db, newest)).toMatchObject({ counts: { ...none, pending: 1 } });
    const { body } = await server.request('GET', `${fleet.path}/deployments/${replaced}/updates/${one.id}`);
    expect(body).toMatchObject({
      reason: 'superseded',
      message: `Replaced by ${newest}; nothing had run on the device`,
    });
  });

  it('ends what is pending of the same flow, in whatever version', async () => {
    const device = await fleet.joinDevice();
    const other = 'flows: { other: { steps: [{ name: one, run: "true" }] } }';
    const kept = await fleet.deployTo([device], { flow: other });
    const replaced = await fleet.deployTo([device]);
    await fleet.deployTo([device], { options: { supersede: 'same_flow' } });
    expect(await readBooks(server.db, kept)).toMatchObject({ counts: { ...none, pending: 1 } });
    expect(await readBooks(server.db, replaced)).toMatchObject({ counts: { ...none, aborted: 1 }, is_finished: true });
  });
});

async function joinDevices(count: number): Promise<ScriptedDevice[]> {
  const devices: ScriptedDevice[] = [];
  for (let index = 0; index < count; index++) devices.push(await fleet.joinDevice());
  return devices;
}

async function fail(device: ScriptedDevice | undefined, id: string): Promise<void> {
  expect(await device?.report({ update_id: id, seq: 1, event: 'failed', reason: 'step_failed' })).toBe('failed');
}

async function show(id: string) {
  const { body } = await server.request('GET', `${fleet.path}/deployments/${id}`);
  return body;
}

function inHours(hours: number): string {
  return new Date(Date.now() + hours * 3_600_000).toISOString();
}

async function call(id: string, what: 'pause' | 'resume' | 'abort') {
  const { status, body } = await server.request('POST', `${fleet.path}/deployments/${id}/${what}`);
  return { status, body };
}

async function waitingFor(id: string, device?: ScriptedDevice): Promise<string | null> {
  const { body } = await server.request('GET', `${fleet.path}/deployments/${id}/updates`);
  const found = body.items.find((update: { device: { id: string } }) => !device || update.device.id === device.id);
  return found.waiting_for;
}
