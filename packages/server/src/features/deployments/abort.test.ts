import type { Update } from '@tideway/protocol';
import {
  type DeviceFleet,
  eventually,
  makeDeviceFleet,
  type ScriptedDevice,
  startTestServer,
  type TestServer,
} from '@tideway/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readBooks } from './testing/read-books.ts';
import { endWhatIsOverdue } from './watch-clock.ts';

const none = { pending: 0, in_progress: 0, success: 0, failed: 0, aborted: 0 };
let server: TestServer;
let fleet: DeviceFleet;

beforeAll(async () => {
  server = await startTestServer({ pollAfterS: 0.05 });
  fleet = await makeDeviceFleet(server, 'Aborts');
});

afterAll(() => server.stop());

describe('an abort of a deployment', () => {
  it('ends what is pending at once, and tells the devices at work, which confirm', async () => {
    const [working, ...waiting] = await joinDevices(3);
    const id = await fleet.deployTo([working, ...waiting]);
    await working.next();

    expect(await abort(id)).toEqual({ status: 200, body: { aborted: 2, stopping: 1 } });
    expect(await abort(id)).toEqual({ status: 200, body: { aborted: 0, stopping: 1 } });
    expect(await readBooks(server.db, id)).toMatchObject({ counts: { ...none, in_progress: 1, aborted: 2 } });
    expect(await updateOf(id, waiting[0])).toMatchObject({
      status: 'aborted',
      reason: 'by_person',
      message: expect.stringMatching(/^Aborted by owner-\w+@example\.org; nothing had run on the device$/),
    });
    expect(await waiting[0]?.next()).toBeNull();
    expect(await updateOf(id, working)).toMatchObject({
      status: 'in_progress',
      abort_requested_at: expect.any(String),
    });

    for (let times = 0; times < 2; times++) {
      expect(await working.say()).toEqual([{ type: 'abort', update_id: id }]);
    }
    const said = {
      update_id: id,
      seq: 1,
      event: 'stopped',
      reason: 'stopped',
      message: 'Stopped in step "first".',
    } as const;
    expect(await working.report(said)).toBe('aborted');
    expect(await updateOf(id, working)).toMatchObject({
      status: 'aborted',
      reason: 'by_person',
      message: expect.stringMatching(/^Aborted by owner-\w+@example\.org\. Stopped in step "first"\.$/),
    });
    expect(await readBooks(server.db, id)).toEqual({
      counts: { ...none, aborted: 3 },
      rows: { aborted: 3 },
      is_finished: true,
    });
    expect(await working.say()).toEqual([]);
  });

  it('is refused where it is finished, and where there is none', async () => {
    const [device] = await joinDevices(1);
    const id = await fleet.deployTo([device]);
    await abort(id);
    expect(await abort(id)).toMatchObject({ status: 409, body: { code: 'wrong_state' } });
    expect(await abort('dp-none-none')).toMatchObject({ status: 404, body: { code: 'not_found' } });
  });

  it.each(['succeeded', 'failed'] as const)('leaves a result that comes first: %s', async (event) => {
    const [device] = await joinDevices(1);
    const id = await fleet.deployTo([device]);
    await device.next();
    await abort(id);
    const status = event === 'succeeded' ? 'success' : 'failed';
    expect(await device.report({ update_id: id, seq: 1, event })).toBe(status);
    expect(await device.report({ update_id: id, seq: 2, event: 'stopped' })).toBe(status);
    expect(await updateOf(id, device)).toMatchObject({ status });
  });

  it('reaches a device over its channel without being asked, also one at another server', async () => {
    const [device] = await joinDevices(1);
    const id = await fleet.deployTo([device]);
    await device.next();
    const other = await startTestServer({}, server);
    const channel = await Object.assign(device, { url: other.url }).openChannel();
    await channel.say({ type: 'next' });
    await abort(id);
    await channel.woken();
    expect(await channel.say()).toEqual([{ type: 'abort', update_id: id }]);
    await other.stop();
  });

  it('keeps the counts true while devices take up and report', async () => {
    for (let round = 0; round < 5; round++) {
      const devices = await joinDevices(6);
      const id = await fleet.deployTo(devices);
      await Promise.all([
        ...devices.map(async (device) => {
          if ((await device.next()) === null) return;
          await device.report({ update_id: id, seq: 1, event: 'step_started', step: 0 });
          await device.report({ update_id: id, seq: 2, event: 'succeeded' });
        }),
        abort(id),
        abort(id),
      ]);
      const { counts, rows, is_finished } = await readBooks(server.db, id);
      expect({ ...none, ...rows }).toEqual(counts);
      expect([counts.pending, counts.in_progress, is_finished]).toEqual([0, 0, true]);
    }
  });
});

describe("an abort of one device's update", () => {
  it('leaves the others alone, and is refused where it has ended', async () => {
    const [one, other] = await joinDevices(2);
    const id = await fleet.deployTo([one, other]);
    expect(await abort(id, one)).toEqual({ status: 200, body: { aborted: 1, stopping: 0 } });
    expect(await abort(id, one)).toMatchObject({ status: 409, body: { code: 'wrong_state' } });
    expect(await readBooks(server.db, id)).toMatchObject({ counts: { ...none, pending: 1, aborted: 1 } });
    expect((await other.next())?.update_id).toBe(id);

    const [stranger] = await joinDevices(1);
    expect(await abort(id, stranger)).toMatchObject({ status: 404, body: { code: 'not_found' } });
  });
});

describe('a deadline', () => {
  it('that passes without a confirmation ends the abort, and what the device says then is kept beside it', async () => {
    const [device] = await joinDevices(1);
    const id = await fleet.deployTo([device]);
    await device.next();
    await abort(id);
    await server.shiftClock('16 minutes');
    await eventually(async () => {
      await endWhatIsOverdue(server.deps);
      expect(await updateOf(id, device)).toMatchObject({ status: 'aborted', reason: 'unconfirmed' });
    });
    expect(await readBooks(server.db, id)).toMatchObject({ counts: { ...none, aborted: 1 }, is_finished: true });
    expect(await device.report({ update_id: id, seq: 1, event: 'succeeded' })).toBe('aborted');
    expect(await updateOf(id, device)).toMatchObject({ status: 'aborted', late_result: { status: 'success' } });
    await server.shiftClock('0 minutes');
  });

  it('of an abort waits for a device that is online and must not be interrupted, until its step is over', async () => {
    const [device] = await joinDevices(1);
    const id = await fleet.deployTo([device]);
    await device.next();
    const stopping = { type: 'stopping', update_id: id, attempt: 1, ends_in_s: 3600 } as const;
    await device.say(stopping);
    await abort(id);
    const askedFor = Date.parse((await updateOf(id, device)).abort_ends_at ?? '') - Date.now();
    expect(askedFor).toBeLessThan(16 * 60_000);
    await device.say(stopping, { ...stopping, attempt: 2, ends_in_s: 9000 });
    const waitedFor = Date.parse((await updateOf(id, device)).abort_ends_at ?? '') - Date.now();
    expect(Math.round(waitedFor / 60_000)).toBe(61);

    await server.shiftClock('30 minutes');
    await device.say();
    await holdsFor(3, async () => expect(await updateOf(id, device)).toMatchObject({ status: 'in_progress' }));
    await server.shiftClock('62 minutes');
    await device.say();
    await eventually(async () => {
      await endWhatIsOverdue(server.deps);
      expect(await updateOf(id, device)).toMatchObject({ status: 'aborted', reason: 'unconfirmed' });
    });
    await server.shiftClock('0 minutes');
  });

  it('of an abort does not wait for a device that has gone silent in such a step', async () => {
    const [device] = await joinDevices(1);
    const id = await fleet.deployTo([device]);
    await device.next();
    await abort(id);
    await device.say({ type: 'stopping', update_id: id, attempt: 1, ends_in_s: 3600 });
    await server.shiftClock('30 minutes');
    await eventually(async () => {
      await endWhatIsOverdue(server.deps);
      expect(await updateOf(id, device)).toMatchObject({ status: 'aborted', reason: 'unconfirmed' });
    });
    await server.shiftClock('0 minutes');
  });

  it('of the time limit is not moved by a device that says that it is stopping', async () => {
    const [device] = await joinDevices(1);
    const id = await fleet.deployTo([device], { options: { timeout: '10m' } });
    await device.next();
    await abort(id);
    await device.say({ type: 'stopping', update_id: id, attempt: 1, ends_in_s: 2_592_000 });
    await server.shiftClock('26 minutes');
    await device.say();
    await eventually(async () => {
      await endWhatIsOverdue(server.deps);
      expect(await updateOf(id, device)).toMatchObject({ status: 'aborted', reason: 'unconfirmed' });
    });
    await server.shiftClock('0 minutes');
  });

  it('of the time limit fails an update whose device says nothing any more', async () => {
    const [device] = await joinDevices(1);
    const id = await fleet.deployTo([device]);
    await device.next();
    await server.shiftClock('24 hours');
    await holdsFor(3, async () => expect(await updateOf(id, device)).toMatchObject({ status: 'in_progress' }));
    await server.shiftClock('25 hours');
    await eventually(async () => {
      await endWhatIsOverdue(server.deps);
      expect(await updateOf(id, device)).toMatchObject({ status: 'failed', reason: 'timed_out' });
    });
    await server.shiftClock('0 minutes');
  });

  it('of the order ends what is pending, and leaves what a device is at', async () => {
    const [working, waiting] = await joinDevices(2);
    const id = await fleet.deployTo([working, waiting], { options: { expires_in: '2h' } });
    await working.next();
    const { body } = await server.request('GET', `${fleet.path}/deployments/${id}`);
    expect(Date.parse(body.expires_at) - Date.parse(body.created_at)).toBe(2 * 3600 * 1000);
    await server.shiftClock('1 hour');
    await holdsFor(3, async () => expect(await updateOf(id, waiting)).toMatchObject({ status: 'pending' }));
    await server.shiftClock('121 minutes');
    await eventually(async () => {
      await endWhatIsOverdue(server.deps);
      expect(await updateOf(id, waiting)).toMatchObject({ status: 'aborted', reason: 'expired' });
    });
    expect(await readBooks(server.db, id)).toMatchObject({ counts: { ...none, in_progress: 1, aborted: 1 } });
    await server.shiftClock('0 minutes');
    expect(await working.report({ update_id: id, seq: 1, event: 'succeeded' })).toBe('success');
    expect(await waiting.next()).toBeNull();
  });

  it.each([
    ['timeout', '10m', '26 minutes', 'timed_out'],
    ['abort_deadline', '30s', '1 minute', 'unconfirmed'],
  ])('is what the order says as its %s', async (option, duration, later, reason) => {
    const [device] = await joinDevices(1);
    const id = await fleet.deployTo([device], { options: { [option]: duration } });
    expect((await device.next())?.time_limit_s).toBe(option === 'timeout' ? 600 : 24 * 3600);
    if (option === 'abort_deadline') await abort(id);
    await server.shiftClock(later);
    await eventually(async () => {
      await endWhatIsOverdue(server.deps);
      expect(await updateOf(id, device)).toMatchObject({ reason });
    });
    await server.shiftClock('0 minutes');
  });

  it.each(['0s', '5', '3651d', '999999999d', -1, ' ', null])('of %j is refused with its field', async (expires_in) => {
    for (const option of ['expires_in', 'timeout', 'abort_deadline']) {
      const body = { deployment_configuration: { flow_uuid: 'f-0000-0001' }, [option]: expires_in };
      const answer = await server.request('POST', `${fleet.path}/deployments`, { body });
      expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_request', field: option } });
    }
  });

  it('does not pass while nobody could hear the devices, nor for three intervals of polling after that', async () => {
    const slow = await startTestServer({ pollAfterS: 60 });
    const devices = await makeDeviceFleet(slow, 'Outage');
    const device = await devices.joinDevice();
    const id = await devices.deployTo([device]);
    await device.next();
    await endWhatIsOverdue(slow.deps);
    await slow.shiftClock('2 days');
    await endWhatIsOverdue(slow.deps);
    await endWhatIsOverdue(slow.deps);
    await device.openSession();
    expect(await device.report({ update_id: id, seq: 1, event: 'succeeded' })).toBe('success');
    await slow.stop();
  });
});

async function holdsFor(times: number, check: () => Promise<unknown>): Promise<void> {
  for (let time = 0; time < times; time++) {
    await endWhatIsOverdue(server.deps);
    await check();
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function joinDevices<Count extends 1 | 2 | 3 | 6>(count: Count): Promise<Devices[Count]> {
  const joined = await Promise.all(Array.from({ length: count }, () => fleet.joinDevice()));
  return joined as Devices[Count];
}

type Devices = {
  1: [ScriptedDevice];
  2: [ScriptedDevice, ScriptedDevice];
  3: [ScriptedDevice, ScriptedDevice, ScriptedDevice];
  6: ScriptedDevice[];
};

async function abort(id: string, device?: ScriptedDevice): Promise<{ status: number; body: unknown }> {
  const part = device === undefined ? '' : `/updates/${device.id}`;
  const { status, body } = await server.request('POST', `${fleet.path}/deployments/${id}${part}/abort`);
  return { status, body };
}

async function updateOf(id: string, device: ScriptedDevice | undefined): Promise<Update> {
  return (await server.request('GET', `${fleet.path}/deployments/${id}/updates/${device?.id}`)).body;
}
