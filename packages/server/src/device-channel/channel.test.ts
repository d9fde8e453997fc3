import { connect } from 'node:net';
import {
  createReport,
  type DeviceFleet,
  eventually,
  makeDeviceFleet,
  openScriptedChannel,
  type ScriptedDevice,
  startTestServer,
  type TestServer,
} from '@tideway/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTicket } from './ticket.ts';

let server: TestServer;
let fleet: DeviceFleet;

beforeAll(async () => {
  server = await startTestServer();
  fleet = await makeDeviceFleet(server, 'Channels');
});

afterAll(() => server.stop());

describe('a channel', () => {
  it('carries the same messages as a call, and makes the device online while it is open', async () => {
    const device = await fleet.joinDevice();
    const deployment = await fleet.deployTo([device]);
    const channel = await device.openChannel();
    const [plan] = await channel.say({ type: 'next' });
    expect(plan).toMatchObject({ type: 'plan', plan: { update_id: deployment } });
    const [ack] = await channel.say(createReport({ update_id: deployment, seq: 1, event: 'succeeded' }));
    expect(ack).toMatchObject({ type: 'ack', status: 'success' });
    expect(await stateOf(device)).toBe('online');

    await channel.close();
    await eventually(async () => expect(await stateOf(device)).toBe('offline'));
  });

  it('answers frames in their order, also where a message is refused', async () => {
    const device = await fleet.joinDevice();
    const channel = await device.openChannel();
    const frames = Array.from({ length: 20 }, (_, index) => ({ messages: Array(index).fill({ type: 'no such' }) }));
    const answers = await Promise.all(frames.map((frame) => channel.sendFrame(JSON.stringify(frame))));
    expect(answers.map(({ messages }) => messages.length)).toEqual(frames.map(({ messages }) => messages.length));
    expect(answers.at(-1)?.messages[0]).toMatchObject({ type: 'refused', index: 0, code: 'invalid_request' });
    await channel.close();
  });

  it('wakes the device for an order, for the end of its update trigger, and for its approval', async () => {
    const device = await fleet.joinDevice();
    const channel = await device.openChannel();
    await channel.say({ type: 'next' });
    await fleet.call('PATCH', `/devices/${device.id}`, { update_trigger: 'on' });
    const deployment = await fleet.deployTo([device]);
    await channel.woken();
    expect(await channel.say({ type: 'next' })).toEqual([]);
    await fleet.call('PATCH', `/devices/${device.id}`, { update_trigger: 'off' });
    await channel.woken();
    expect(await channel.say({ type: 'next' })).toMatchObject([{ plan: { update_id: deployment } }]);
    await fleet.call('POST', `/devices/${device.id}/approve`);
    await channel.woken();
    await channel.close();
  });

  it('wakes a device that is at an update for what its step has printed, when somebody reads that', async () => {
    const device = await fleet.joinDevice();
    const channel = await device.openChannel();
    const deployment = await fleet.deployTo([device]);
    await channel.woken();
    expect(await channel.say({ type: 'next' })).toMatchObject([{ plan: { update_id: deployment } }]);
    await fleet.call('GET', `/deployments/${deployment}/updates/${device.id}/log`);
    await channel.woken();
    await channel.close();
  });

  it('gives way to the next one of its device, whose presence its end does not touch', async () => {
    const device = await fleet.joinDevice();
    const older = await device.openChannel();
    const newer = await device.openChannel();
    expect(await older.ended).toMatchObject({ code: 1008 });
    await newer.say({ type: 'next' });
    expect(await stateOf(device)).toBe('online');
    await newer.close();
  });

  it('ends when its device is deleted', async () => {
    const device = await fleet.joinDevice();
    const channel = await device.openChannel();
    await fleet.call('DELETE', `/devices/${device.id}`);
    await channel.woken();
    await expect(channel.say({ type: 'next' })).rejects.toThrow('1008: This device was deleted');
  });

  it.each([
    ['no JSON', 'hello', 1003],
    ['no list of messages', '{"messages":{}}', 1003],
    ['more messages than are allowed', JSON.stringify({ messages: Array(201).fill({ type: 'next' }) }), 1003],
    ['more than a mebibyte', JSON.stringify({ messages: ['x'.repeat(1024 * 1024)] }), 1009],
  ])('is closed after %s', async (_, frame, code) => {
    const device = await fleet.joinDevice();
    const channel = await device.openChannel();
    channel.socket.send(frame);
    expect(await channel.ended).toMatchObject({ code });
  });

  it('is closed after bytes that are no text', async () => {
    const channel = await (await fleet.joinDevice()).openChannel();
    channel.socket.send(Buffer.from('{"messages":[]}'));
    expect(await channel.ended).toMatchObject({ code: 1003 });
  });

  it('is refused without the ticket of a session', async () => {
    const device = await fleet.joinDevice();
    const { installation } = server.deps;
    const stranger = await startTestServer();
    const known = { id: 1, session: 1 };
    const tickets = {
      none: '',
      forged: device.ticket.slice(0, -9) + (device.ticket.at(-9) === 'A' ? 'B' : 'A') + device.ticket.slice(-8),
      expired: createTicket(installation.ticketKey, known, Date.now() - 3_600_001),
      elsewhere: createTicket(stranger.deps.installation.ticketKey, known, Date.now()),
      laterSession: createTicket(installation.ticketKey, { ...known, session: 2 }, Date.now()),
    };
    await stranger.stop();
    for (const ticket of Object.values(tickets)) {
      await expect(openScriptedChannel(server.url, ticket)).rejects.toThrow(/^401 .*"code":"invalid_token"/);
    }
  });

  it('is at one address only', async () => {
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    socket.write('GET /device/v1/messages HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n');
    const answer = await new Promise((resolve) => socket.once('data', (data) => resolve(String(data))));
    expect(answer).toContain('404 Not Found');
    socket.destroy();
  });

  it('of a device that floods it keeps nobody else waiting', async () => {
    const flooding = await (await fleet.joinDevice()).openChannel();
    const other = await (await fleet.joinDevice()).openChannel();
    let answered = 0;
    flooding.socket.on('message', () => {
      answered += 1;
    });
    for (let count = 0; count < 10_000; count++) flooding.socket.send('{"messages":[{"type":"next"}]}');
    for (let count = 0; count < 10; count++) await other.say({ type: 'next' });
    expect(answered).toBeLessThan(1000);
    flooding.socket.terminate();
    await other.close();
  });
});

describe('devices that an order is for', () => {
  it('are woken one after the other, no more of them in a second than is set', async () => {
    const calm = await startTestServer({ wakesPerS: 5 });
    const calmFleet = await makeDeviceFleet(calm, 'Calm');
    const devices = await Promise.all(Array.from({ length: 6 }, () => calmFleet.joinDevice()));
    const channels = await Promise.all(devices.map((device) => device.openChannel()));
    for (const channel of channels) await channel.say({ type: 'next' });
    const startedMs = performance.now();
    await calmFleet.deployTo(devices);
    await Promise.all(channels.map((channel) => channel.woken()));
    expect(performance.now() - startedMs).toBeGreaterThan(1000);
    await Promise.all(channels.map((channel) => channel.close()));
    await calm.stop();
  });
});

describe('two servers on one database', () => {
  it('wake each other’s devices', async () => {
    const second = await startTestServer({}, server);
    const device = await fleet.joinDevice();
    const channel = await openScriptedChannel(second.url, device.ticket);
    await channel.say({ type: 'next' });
    const deployment = await fleet.deployTo([device]);
    await channel.woken();
    expect(await channel.say({ type: 'next' })).toMatchObject([{ plan: { update_id: deployment } }]);
    expect(await stateOf(device)).toBe('online');
    await channel.close();
    await second.stop();
  });

  it('send their devices away when they stop, to come back elsewhere', async () => {
    const second = await startTestServer({}, server);
    const device = await fleet.joinDevice();
    const channel = await openScriptedChannel(second.url, device.ticket);
    await channel.say({ type: 'next' });
    const stopped = second.stop();
    const { code, reason } = await channel.ended;
    expect([code, JSON.parse(reason)]).toEqual([1012, { come_back_after_s: expect.any(Number) }]);
    await stopped;
    expect(await stateOf(device)).toBe('offline');
    const again = await device.openChannel();
    await again.say({ type: 'next' });
    expect(await stateOf(device)).toBe('online');
    await again.close();
  });

  it('show the devices of one that died offline as soon as its lease is over, unless they came back elsewhere', async () => {
    const second = await startTestServer({}, server);
    const [gone, back] = [await fleet.joinDevice(), await fleet.joinDevice()];
    const channels = await Promise.all([gone, back].map((device) => openScriptedChannel(second.url, device.ticket)));
    await Promise.all(channels.map((channel) => channel.say({ type: 'next' })));
    // What a dead server leaves behind: a lease that nobody renews, and channels whose end nobody notes.
    await second.db.destroy();
    const elsewhere = await back.openChannel();
    await elsewhere.say({ type: 'next' });
    expect([await stateOf(gone), await stateOf(back)]).toEqual(['online', 'online']);

    await server.shiftClock('31 seconds');
    const states = async () => [await stateOf(gone), await stateOf(back)];
    await eventually(async () => expect(await states()).toEqual(['offline', 'online']));
    await second.stop();
    await elsewhere.close();
  });
});

async function stateOf(device: ScriptedDevice): Promise<string> {
  const { body } = await server.request('GET', `${fleet.path}/devices/${device.id}`);
  return body.state;
}
