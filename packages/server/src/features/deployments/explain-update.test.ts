import type { Gate, Why } from '@tideway/protocol';
import {
  type DeviceFleet,
  makeDeviceFleet,
  type ScriptedDevice,
  startTestServer,
  type TestServer,
} from '@tideway/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

const app = { name: 'irrigation', version: 'v2' };
let server: TestServer;
let fleet: DeviceFleet;
let device: ScriptedDevice;

beforeAll(async () => {
  // What is due must not be done before it is looked at.
  server = await startTestServer({ lookEveryMs: 3_600_000 });
  fleet = await makeDeviceFleet(server, 'Questions');
});

beforeEach(async () => {
  device = await fleet.joinDevice();
});

afterAll(() => server.stop());

describe('why a device is not updating', () => {
  it('is nothing at all where every gate is open: it is told when the device asks next', async () => {
    await device.hello();
    const id = await fleet.deployTo([device]);
    const why = await whyDevice();
    expect(why).toMatchObject({ device: { id: device.id }, update: { deployment_id: id, status: 'pending' } });
    expect(why.gates.map(({ gate }) => gate)).toEqual([
      ...['approval', 'schedule', 'pause', 'trigger', 'earlier_update', 'connection', 'capability', 'limits'],
    ]);
    expect(holding(why)).toEqual([]);
    const asksAt = gateOf(why, 'connection').tried_next_at ?? '';
    expect(why.message).toBe(`Nothing holds it back: the device takes it up when it next asks, at about ${asksAt}.`);
    expect(Math.abs(Date.parse(asksAt) - Date.now())).toBeLessThan(60_000);
  });

  it('is an order that has not begun', async () => {
    await device.hello();
    const start_at = new Date(Date.now() + 3_600_000).toISOString();
    await fleet.deployTo([device], { options: { schedule: { start_at } } });
    expect(holding(await whyDevice())).toEqual([
      { ...closed, gate: 'schedule', message: `The deployment begins at ${start_at}`, tried_next_at: start_at },
    ]);
  });

  it('is a paused deployment, and who paused it since when', async () => {
    await device.hello();
    const id = await fleet.deployTo([device]);
    await fleet.call('POST', `/deployments/${id}/pause`);
    expect(holding(await whyDevice())).toEqual([
      { ...closed, gate: 'pause', message: expect.stringMatching(/^The deployment was paused by .+@/), since },
    ]);
  });

  it('is a block that software on the device has set, and its reason', async () => {
    await fleet.deployTo([device]);
    await device.hello({ block: { reason: 'harvest until six' } });
    const message = 'The device was blocked on itself, with tideway-agent block: harvest until six';
    const first = holding(await whyDevice());
    expect(first).toEqual([{ ...closed, gate: 'trigger', message, since }]);
    await device.hello({ block: { reason: 'harvest until six' } });
    expect(holding(await whyDevice())).toEqual(first);
    await device.hello();
    expect(holding(await whyDevice())).toEqual([]);
  });

  it('is its update trigger, since it was set', async () => {
    await device.hello();
    await fleet.deployTo([device]);
    await fleet.call('PATCH', `/devices/${device.id}`, { update_trigger: 'on' });
    const first = holding(await whyDevice());
    expect(first).toEqual([{ ...closed, gate: 'trigger', message: 'The update trigger of the device is on', since }]);
    await fleet.call('PATCH', `/devices/${device.id}`, { update_trigger: 'on', tags: [] });
    expect(holding(await whyDevice())).toEqual(first);
    await fleet.call('PATCH', `/devices/${device.id}`, { update_trigger: 'off' });
    expect(holding(await whyDevice())).toEqual([]);
  });

  it('is an older update that goes first, or that the device is at; not one that may not start', async () => {
    await device.hello();
    const older = await fleet.deployTo([device]);
    const id = await fleet.deployTo([device]);
    expect(await whyDevice()).toMatchObject({ update: { deployment_id: older } });
    expect(holding(await whyUpdate(id))).toEqual([
      {
        ...closed,
        gate: 'earlier_update',
        message: `The update of ${older} is older and goes first`,
        deployment_id: older,
        since,
      },
    ]);
    await device.next();
    expect(holding(await whyUpdate(id))).toMatchObject([
      { message: `The device is at the update of ${older}`, deployment_id: older },
    ]);
    await device.report({ update_id: older, seq: 1, event: 'succeeded' });

    const paused = await fleet.deployTo([device]);
    await fleet.call('POST', `/deployments/${id}/pause`);
    expect(holding(await whyUpdate(paused))).toEqual([]);
    expect(await waitingFor(paused)).toBe('ready');
  });

  it('is a device that is offline, or was never here', async () => {
    await device.hello();
    await fleet.deployTo([device]);
    await server.shiftClock('1 hour');
    expect(holding(await whyDevice())).toEqual([
      { ...closed, gate: 'connection', message: expect.stringContaining('it was last here at'), since },
    ]);
    await server.shiftClock('0 hours');
    const made = (await fleet.call('POST', '/devices', { name: 'planned', group: 'Production' })) as { id: string };
    expect(await ask(`devices/${made.id}/why`)).toMatchObject({
      update: null,
      message: 'No update waits for this device; one would wait. The device has never been here.',
      gates: [{ gate: 'approval' }, { gate: 'trigger' }, { gate: 'connection', holds: true }],
    });
  });

  it('is a connected device that is being woken', async () => {
    const channel = await device.openChannel();
    await channel.say();
    await fleet.deployTo([device]);
    const why = await whyDevice();
    expect(gateOf(why, 'connection')).toMatchObject({ holds: false, message: 'The device is connected, and is woken' });
  });

  it('names a capability that the agent lacks, of which the update will fail', async () => {
    await device.hello({ capabilities: ['check'] });
    await fleet.deployTo([device]);
    expect(gateOf(await whyDevice(), 'capability')).toMatchObject({
      holds: false,
      message: 'The update will fail: This agent does not support steps of type run.',
    });
  });

  it('is a failure limit that was reached, and says when an order expires', async () => {
    const bad = await fleet.joinDevice();
    await device.hello();
    const id = await fleet.deployTo([device, bad], { options: { max_failures: 1, expires_in: '2h' } });
    expect(gateOf(await whyDevice(), 'limits')).toMatchObject({
      holds: false,
      message: expect.stringMatching(/^The deployment expires at 20/),
    });
    await bad.next();
    await bad.report({ update_id: id, seq: 1, event: 'failed' });
    expect(holding(await whyDevice())).toMatchObject([{ gate: 'limits', since }]);
  });

  it('is a held device', async () => {
    await device.hello();
    const id = await fleet.deployTo([device]);
    for (const copy of ['one', 'other']) await device.hello({ session_value: copy });
    expect(holding(await whyUpdate(id))).toMatchObject([{ gate: 'approval', since }]);
  });

  it('is work: it is told at which step the device is, and that it is to stop', async () => {
    const id = await fleet.deployTo([device], { app });
    await device.next();
    await device.report({ update_id: id, seq: 1, event: 'step_started', step: 1 });
    expect(await whyDevice()).toMatchObject({
      update: { deployment_id: id, status: 'in_progress' },
      message: expect.stringMatching(/^The device has been at it since 20.+; step 2 of 2, second: started\.$/),
      gates: [],
    });
    await server.shiftClock('1 hour');
    expect(await whyDevice()).toMatchObject({
      message: expect.stringMatching(/second: started\. The device is offline; it was last here at 20\S+\.$/),
      gates: [{ gate: 'connection', holds: true, since }],
    });
    await server.shiftClock('0 hours');
    await fleet.call('POST', `/deployments/${id}/abort`);
    expect((await whyUpdate(id)).message).toMatch(/It is asked to stop since 20/);
    await device.report({ update_id: id, seq: 2, event: 'stopped', message: 'put back' });
    expect(await whyUpdate(id)).toMatchObject({
      update: { status: 'aborted' },
      message: expect.stringMatching(/^It ended as aborted at 20.+: by_person: Aborted by .+put back/),
    });
    expect(await whyDevice()).toMatchObject({ update: null, message: 'No update waits for this device.' });
  });

  it('of a deleted device is that its update has ended', async () => {
    const id = await fleet.deployTo([device]);
    await server.request('DELETE', `${fleet.path}/devices/${device.id}`);
    expect(await whyUpdate(id)).toMatchObject({ device: { id: device.id }, update: { status: 'aborted' } });
    expect((await server.request('GET', `${fleet.path}/devices/${device.id}/why`)).status).toBe(404);
  });

  it('is not known of what does not exist', async () => {
    const other = await fleet.deployTo([await fleet.joinDevice()]);
    for (const path of [
      'devices/d-none-none/why',
      `deployments/dp-none-none/updates/${device.id}/why`,
      `deployments/${other}/updates/${device.id}/why`,
    ]) {
      const answer = await server.request('GET', `${fleet.path}/${path}`);
      expect(answer).toMatchObject({ status: 404, body: { code: 'not_found' } });
    }
  });
});

const since = expect.stringMatching(/^20/);
const closed = { holds: true, deployment_id: null, since: null, tried_next_at: null };

async function ask(path: string): Promise<Why> {
  const { status, body } = await server.request('GET', `${fleet.path}/${path}`);
  expect(status).toBe(200);
  return body;
}

async function whyDevice(): Promise<Why> {
  return ask(`devices/${device.id}/why`);
}

async function whyUpdate(deployment: string): Promise<Why> {
  return ask(`deployments/${deployment}/updates/${device.id}/why`);
}

async function waitingFor(deployment: string): Promise<string> {
  const { body } = await server.request('GET', `${fleet.path}/deployments/${deployment}/updates/${device.id}`);
  return body.waiting_for;
}

function holding(why: Why): Gate[] {
  return why.gates.filter((gate) => gate.holds);
}

function gateOf(why: Why, name: Gate['gate']): Gate {
  const found = why.gates.find(({ gate }) => gate === name);
  if (found === undefined) throw new Error(`There is no gate ${name}`);
  return found;
}
