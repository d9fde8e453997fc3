import type { LogMessage } from '@tideway/protocol';
import { endWhatIsOverdue } from '@tideway/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from './eventually.ts';
import { type DeviceFleet, makeDeviceFleet } from './fixtures/device-fleet.ts';
import { createReport, type ScriptedDevice } from './scripted-device.ts';
import { startTestServer, type TestServer } from './test-server.ts';

const app = { name: 'irrigation', version: 'v2' };
let server: TestServer;
let fleet: DeviceFleet;

beforeAll(async () => {
  server = await startTestServer({ pollAfterS: 0.05 });
  fleet = await makeDeviceFleet(server, 'Liars');
});

afterAll(() => server.stop());

describe('a device that lies', () => {
  it('about the update of another device, or one that does not exist, is told that it is unknown', async () => {
    const [liar, honest] = [await fleet.joinDevice(), await fleet.joinDevice()];
    const id = await fleet.deployTo([honest], { app });
    await honest.next();
    for (const update_id of [id, 'dp-none-none', '', "' or 1=1", '../../etc']) {
      expect(await liar.report({ update_id, seq: 1, event: 'succeeded' })).toBe('unknown');
    }
    expect(await updateOf(id, honest)).toMatchObject({ status: 'in_progress' });
    expect((await deviceOf(liar)).apps).toEqual([]);
  });

  it('about a success before it has taken the update up changes nothing', async () => {
    const liar = await fleet.joinDevice();
    const id = await fleet.deployTo([liar], { app });
    expect(await liar.report({ update_id: id, seq: 1, event: 'succeeded' })).toBe('pending');
    expect(await updateOf(id, liar)).toMatchObject({ status: 'pending' });
    expect((await deviceOf(liar)).apps).toEqual([]);
  });

  it('about steps that its flow does not have harms nobody', async () => {
    const liar = await fleet.joinDevice();
    const id = await fleet.deployTo([liar]);
    await liar.next();
    expect(await liar.report({ update_id: id, seq: 1, event: 'step_failed', step: 2147483647 })).toBe('in_progress');
    expect(await liar.report({ update_id: id, seq: 2, event: 'failed', step: 99 })).toBe('failed');
    expect(await updateOf(id, liar)).toMatchObject({ status: 'failed', failed_step: null });
  });

  it('about the number of its reports shuts itself out, and its update still ends', async () => {
    const liar = await fleet.joinDevice();
    const id = await fleet.deployTo([liar], { options: { abort_deadline: '1m' } });
    await liar.next();
    await liar.report({ update_id: id, seq: 2147483647, event: 'step_started', step: 0 });
    expect(await liar.report({ update_id: id, seq: 1, event: 'succeeded' })).toBe('in_progress');
    await fleet.call('POST', `/deployments/${id}/abort`);
    await server.shiftClock('2 minutes');
    await eventually(async () => {
      await endWhatIsOverdue(server.deps);
      expect(await updateOf(id, liar)).toMatchObject({ status: 'aborted', reason: 'unconfirmed' });
    });
    await server.shiftClock('0 minutes');
  });

  it.each([
    ['seq', { seq: 2147483648 }],
    ['seq', { seq: -1 }],
    ['attempt', { attempt: 0.5 }],
    ['event', { event: 'won' }],
    ['step', { step: -1 }],
    ['message', { message: 'x'.repeat(2001) }],
  ])('with a wrong %s is refused, and nothing else that it says with it', async (field, wrong) => {
    const liar = await fleet.joinDevice();
    const id = await fleet.deployTo([liar]);
    await liar.next();
    const good = createReport({ update_id: id, seq: 1, event: 'step_started', step: 0 });
    const { body } = await liar.post('/device/v1/messages', { messages: [{ ...good, ...wrong }, good] });
    expect(body.messages).toMatchObject([
      { type: 'refused', index: 0, code: 'invalid_request', message: expect.stringContaining(field) },
      { type: 'ack', status: 'in_progress' },
    ]);
  });

  it('about how much its step has printed is kept within bounds: of 10 MB the beginning', async () => {
    const liar = await fleet.joinDevice();
    const id = await fleet.deployTo([liar]);
    await liar.next();
    const piece = 250_000;
    const answers: string[] = [];
    for (let offset = 0; offset < 10_000_000; offset += piece) {
      const log: LogMessage = { type: 'log', update_id: id, attempt: 1, offset, text: 'x'.repeat(piece) };
      const [answer] = await liar.say(log);
      answers.push(answer?.type === 'refused' ? answer.code : (answer?.type ?? 'nothing'));
    }
    expect(answers[0]).toBe('log_ack');
    expect(new Set(answers.slice(2))).toEqual(new Set(['too_large']));
    expect(await liar.report({ update_id: id, seq: 1, event: 'succeeded' })).toBe('success');
    const log = await server.request('GET', `${fleet.path}/deployments/${id}/updates/${liar.id}/log`);
    expect(log.body.output.length).toBeLessThanOrEqual(320 * 1024);
  });

  it('that stays silent for long and comes back with its old state goes on with a new attempt', async () => {
    const device = await fleet.joinDevice();
    await device.hello();
    const old = device.sessionValue;
    const id = await fleet.deployTo([device]);
    await device.next();
    await device.hello();
    await device.hello();
    await device.report({ update_id: id, seq: 5, event: 'step_started', step: 0 });
    await server.shiftClock('20 hours');
    await device.openSession();
    await device.hello({ session_value: old });
    expect((await device.next())?.attempt).toBe(2);
    expect(await device.report({ update_id: id, attempt: 1, seq: 6, event: 'failed' })).toBe('in_progress');
    expect(await device.report({ update_id: id, attempt: 2, seq: 1, event: 'succeeded' })).toBe('success');
    await server.shiftClock('0 hours');
  });
});

async function updateOf(id: string, device: ScriptedDevice) {
  return (await server.request('GET', `${fleet.path}/deployments/${id}/updates/${device.id}`)).body;
}

async function deviceOf(device: ScriptedDevice) {
  return (await server.request('GET', `${fleet.path}/devices/${device.id}`)).body;
}
