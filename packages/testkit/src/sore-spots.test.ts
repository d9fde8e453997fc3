import { endWhatIsOverdue } from '@tideway/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from './eventually.ts';
import { type DeviceFleet, makeDeviceFleet } from './fixtures/device-fleet.ts';
import type { ScriptedDevice } from './scripted-device.ts';
import { startTestServer, type TestServer } from './test-server.ts';

const app = { name: 'irrigation', version: 'v2' };
let server: TestServer;
let fleet: DeviceFleet;

beforeAll(async () => {
  server = await startTestServer({ pollAfterS: 0.05 });
  fleet = await makeDeviceFleet(server, 'Sore');
});

afterAll(() => server.stop());

describe('what the field is sore of', () => {
  it('an abort overwritten by a late report: it stays aborted, and the report is kept beside it', async () => {
    const device = await fleet.joinDevice();
    const id = await fleet.deployTo([device], { app, options: { abort_deadline: '1m' } });
    await device.next();
    await fleet.call('POST', `/deployments/${id}/abort`);
    await endAfter('2 minutes', id);
    expect(await device.report({ update_id: id, seq: 1, event: 'succeeded' })).toBe('aborted');
    expect(await updateOf(id, device)).toMatchObject({ status: 'aborted', late_result: { status: 'success' } });
    expect(await deployment(id)).toMatchObject({ counts: { aborted: 1, success: 0 } });
  });

  it('a cancel that hangs for ever: with its deadline it is over, whatever the device does', async () => {
    const [silent, absent] = [await fleet.joinDevice(), await fleet.joinDevice()];
    const id = await fleet.deployTo([silent, absent], { options: { abort_deadline: '1m' } });
    await silent.next();
    expect(await fleet.call('POST', `/deployments/${id}/abort`)).toEqual({ aborted: 1, stopping: 1 });
    await endAfter('2 minutes', id);
    expect(await updateOf(id, silent)).toMatchObject({ status: 'aborted', reason: 'unconfirmed' });
    expect(await updateOf(id, absent)).toMatchObject({ status: 'aborted', reason: 'by_person' });
  });

  it('an offline minority that blocks everybody: the others finish, the next order begins, and expiry ends the rest', async () => {
    const [present, absent] = [await fleet.joinDevice(), await fleet.joinDevice()];
    await server.shiftClock('1 hour');
    await present.openSession();
    const id = await fleet.deployTo([absent, present], { options: { expires_in: '2h' } });
    await succeed(present, id);
    expect(await deployment(id)).toMatchObject({ counts: { success: 1, pending: 1 }, finished_at: null });
    expect(await updateOf(id, absent)).toMatchObject({ status: 'pending', waiting_for: 'offline' });
    const next = await fleet.deployTo([absent, present]);
    await succeed(present, next);
    await endAfter('4 hours', id);
    expect(await deployment(id)).toMatchObject({ counts: { success: 1, aborted: 1 } });
  });

  it('a device whose wrong clock keeps its version from changing: the version changes with the success', async () => {
    for (const [version, device_time] of Object.entries({ v3: '1970-01-01T00:00:00Z', v4: '2099-01-01T00:00:00Z' })) {
      const device = await fleet.joinDevice();
      const id = await fleet.deployTo([device], { app: { ...app, version } });
      await device.next();
      await device.report({ update_id: id, seq: 1, event: 'step_started', step: 0, device_time });
      await device.report({ update_id: id, seq: 2, event: 'succeeded', device_time: '1999-01-01T00:00:00Z' });
      const { body } = await server.request('GET', `${fleet.path}/devices/${device.id}`);
      expect(body).toMatchObject({ apps: [{ name: 'irrigation', version }], drift: [] });
    }
  });

  it('a repeated report that reopens a finished update: nothing changes, however often it comes', async () => {
    const device = await fleet.joinDevice();
    const id = await fleet.deployTo([device], { app });
    await device.next();
    await device.report({ update_id: id, seq: 1, event: 'step_started', step: 0 });
    await device.report({ update_id: id, seq: 2, event: 'succeeded' });
    const before = [await deployment(id), await updateOf(id, device)];
    for (const event of ['step_started', 'succeeded', 'failed'] as const) {
      expect(await device.report({ update_id: id, seq: 2, event, step: 0 })).toBe('success');
    }
    expect(await device.report({ update_id: id, seq: 1, event: 'step_started', step: 0 })).toBe('success');
    expect([await deployment(id), await updateOf(id, device)]).toEqual(before);
  });
});

/** Lets time go by until the deployment is finished, and puts the clock back. */
async function endAfter(interval: string, id: string): Promise<void> {
  await server.shiftClock(interval);
  await eventually(async () => {
    await endWhatIsOverdue(server.deps);
    expect((await deployment(id)).finished_at).not.toBeNull();
  });
  await server.shiftClock('0 hours');
}

async function succeed(device: ScriptedDevice, id: string): Promise<void> {
  expect((await device.next())?.update_id).toBe(id);
  expect(await device.report({ update_id: id, seq: 1, event: 'succeeded' })).toBe('success');
}

async function deployment(id: string) {
  return (await server.request('GET', `${fleet.path}/deployments/${id}`)).body;
}

async function updateOf(id: string, device: ScriptedDevice) {
  return (await server.request('GET', `${fleet.path}/deployments/${id}/updates/${device.id}`)).body;
}
