import { endWhatIsOverdue } from '@tideway/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from './eventually.ts';
import { type DeviceFleet, makeDeviceFleet } from './fixtures/device-fleet.ts';
import type { ScriptedDevice } from './scripted-device.ts';
import { startTestServer, type TestServer } from './test-server.ts';

let server: TestServer;
let fleet: DeviceFleet;

beforeAll(async () => {
  server = await startTestServer({ pollAfterS: 0.05 });
  fleet = await makeDeviceFleet(server, 'Clocks');
});

afterAll(() => server.stop());

describe('the clock of a device', () => {
  it.each([
    ['stands in 1970', ['1970-01-01T00:00:00Z', '1970-01-01T00:00:01Z', '1970-01-01T00:00:02Z']],
    ['stands in 2099', ['2099-12-31T23:59:59Z', '2100-01-01T00:00:00Z', '2100-01-01T00:00:01Z']],
    ['steps back', ['2026-01-03T00:00:00Z', '2026-01-02T00:00:00Z', '1980-01-01T00:00:00Z']],
    ['is none', ['yesterday', '', '-']],
  ])('that %s changes nothing: the times are those of the database', async (_name, times) => {
    const device = await fleet.joinDevice();
    const before = Date.now();
    const id = await fleet.deployTo([device]);
    await device.next();
    const events = ['step_started', 'step_succeeded', 'succeeded'] as const;
    for (const [index, event] of events.entries()) {
      const step = event === 'succeeded' ? null : 0;
      const device_time = times[index] ?? '';
      await device.report({ update_id: id, seq: index + 1, event, step, device_time });
    }
    const update = await updateOf(id, device);
    expect(update.status).toBe('success');
    for (const time of [
      update.taken_up_at,
      update.steps[0].started_at,
      update.steps[0].finished_at,
      update.finished_at,
    ]) {
      expect(Date.parse(time)).toBeGreaterThanOrEqual(before - 5000);
      expect(Date.parse(time)).toBeLessThanOrEqual(Date.now() + 5000);
    }
    expect(await isOnline(device)).toBe(true);
  });

  it('makes no deadline pass: only the clock of the database does', async () => {
    const device = await fleet.joinDevice();
    const id = await fleet.deployTo([device], { options: { timeout: '1m' } });
    await device.next();
    await device.report({ update_id: id, seq: 1, event: 'step_started', step: 0, device_time: '2099-01-01T00:00:00Z' });
    await endWhatIsOverdue(server.deps);
    expect((await updateOf(id, device)).status).toBe('in_progress');
    await server.shiftClock('1 hour');
    await eventually(async () => {
      await endWhatIsOverdue(server.deps);
      expect(await updateOf(id, device)).toMatchObject({ status: 'failed', reason: 'timed_out' });
    });
    await server.shiftClock('0 hours');
  });
});

describe('an outage of two days', () => {
  it('fails nobody who has a success to deliver, and in the end those who have none', async () => {
    const slow = await startTestServer({ pollAfterS: 20 });
    const devices = await makeDeviceFleet(slow, 'Outage');
    const [faithful, silent] = [await devices.joinDevice(), await devices.joinDevice()];
    const id = await devices.deployTo([faithful, silent]);
    for (const device of [faithful, silent]) await device.next();
    await endWhatIsOverdue(slow.deps);
    await slow.shiftClock('2 days');
    await endWhatIsOverdue(slow.deps);
    // A service that is not seen for 30 s was away: what this takes itself must have room beside the jump.
    await slow.shiftClock('2 days 20 seconds');
    await endWhatIsOverdue(slow.deps);
    await faithful.openSession();
    expect(await faithful.report({ update_id: id, seq: 1, event: 'succeeded' })).toBe('success');
    for (const clock of ['2 days 40 seconds', '2 days 60 seconds', '2 days 80 seconds']) {
      await slow.shiftClock(clock);
      await endWhatIsOverdue(slow.deps);
    }
    const { body } = await slow.request('GET', `${devices.path}/deployments/${id}`);
    expect(body.counts).toEqual({ pending: 0, in_progress: 0, success: 1, failed: 1, aborted: 0 });
    await slow.stop();
  });
});

async function updateOf(id: string, device: ScriptedDevice) {
  return (await server.request('GET', `${fleet.path}/deployments/${id}/updates/${device.id}`)).body;
}

async function isOnline(device: ScriptedDevice): Promise<boolean> {
  return (await server.request('GET', `${fleet.path}/devices/${device.id}`)).body.state === 'online';
}
