import {
  type DeviceFleet,
  eventually,
  type FollowedEvents,
  followEvents,
  makeDeviceFleet,
  type ScriptedDevice,
  startTestServer,
  type TestServer,
} from '@tideway/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { defaultLimits } from '../../platform/limits/limits.ts';

const unlimited = { perS: 0, burst: 1 };
const limits = { ...defaultLimits, tokenCalls: unlimited, deviceMessages: unlimited };
let server: TestServer;
let other: TestServer;
let fleet: DeviceFleet;
let open: FollowedEvents[] = [];

beforeAll(async () => {
  server = await startTestServer({ limits: { ...limits, streamsAtOnce: 1000 } });
  other = await startTestServer({ limits: { ...limits, streamCheckS: 0.1 } }, server);
  fleet = await makeDeviceFleet(server, 'Watched');
});

afterEach(() => {
  for (const events of open) events.close();
  open = [];
});

afterAll(async () => {
  await other.stop();
  await server.stop();
});

describe('who follows a deployment', () => {
  it.each([
    ['that server', () => server],
    ['another server', () => other],
  ])('of which the devices speak to %s hears how it stands and what each device does', async (_name, at) => {
    const device = await fleet.joinDevice();
    const id = await fleet.deployTo([device]);
    const events = await follow(`/deployments/${id}/events`, { at: at() });
    expect(await events.wait(({ name }) => name === 'counts')).toMatchObject({
      id: expect.stringMatching(/^\d+$/),
      data: { deployment_id: id, state: 'running', devices: 1, counts: { pending: 1 }, finished_at: null },
    });
    await device.next();
    await events.wait(({ name, data }) => name === 'counts' && data.counts.in_progress === 1);
    expect(await events.wait(isUpdate('in_progress'))).toMatchObject({
      data: { deployment_id: id, device: { id: device.id }, step: null },
    });
    await device.report({ update_id: id, seq: 1, event: 'step_started', step: 1 });
    const step = { name: 'second', status: 'started', tries: 1, exit_code: null, message: null };
    expect((await events.wait(({ data }) => data.step?.status === 'started')).data.step).toEqual(step);
    await device.report({ update_id: id, seq: 2, event: 'step_failed', step: 1, exit_code: 3, message: 'no' });
    await events.wait(({ data }) => data.step?.exit_code === 3);
    await device.report({ update_id: id, seq: 3, event: 'failed', step: 1, exit_code: 3, reason: 'step_failed' });
    await events.wait(({ name, data }) => name === 'counts' && data.finished_at !== null);
    expect(await events.wait(isUpdate('failed'))).toMatchObject({ data: { reason: 'step_failed' } });
  });

  it('hears of counts four times a second at most, and in the end what is true', async () => {
    const devices = await joinDevices(30);
    const id = await fleet.deployTo(devices);
    const events = await follow(`/deployments/${id}/events`);
    for (const device of devices) {
      await device.next();
      await device.report({ update_id: id, seq: 1, event: 'succeeded' });
    }
    await events.wait(({ name, data }) => name === 'counts' && data.counts.success === 30);
    const times = events.received.filter(({ name }) => name === 'counts').map(({ atMs }) => atMs);
    const seconds = Math.max(1, ((times.at(-1) ?? 0) - (times[0] ?? 0)) / 1000);
    expect(times.length - 1).toBeLessThanOrEqual(Math.ceil(seconds * 4) + 1);
  });

  it('is told to read again when more changes than is told one by one', async () => {
    const devices = await joinDevices(40);
    const id = await fleet.deployTo(devices);
    const events = await follow(`/deployments/${id}/events`);
    await fleet.call('POST', `/deployments/${id}/abort`);
    await events.wait(({ name, data }) => name === 'counts' && data.counts.aborted === 40);
    expect((await events.wait(isResync)).data).toEqual({ deployment_id: id });
    expect(events.received.filter(({ name }) => name === 'update')).toEqual([]);
  });

  it('hears of a pause, a failure limit and the deletion of a device', async () => {
    const [bad, gone] = [await fleet.joinDevice(), await fleet.joinDevice()];
    const id = await fleet.deployTo([bad, gone], { options: { max_failures: 1 } });
    const events = await follow(`/deployments/${id}/events`);
    await fleet.call('POST', `/deployments/${id}/pause`);
    await events.wait(({ data }) => data.state === 'paused' && typeof data.paused_at === 'string');
    await fleet.call('POST', `/deployments/${id}/resume`);
    await bad.next();
    await bad.report({ update_id: id, seq: 1, event: 'failed' });
    await events.wait(({ data }) => typeof data.failure_limit_reached_at === 'string');
    await server.request('DELETE', `${fleet.path}/devices/${gone.id}`);
    await events.wait(({ name, data }) => name === 'update' && data.device.id === gone.id && data.status === 'aborted');
  });

  it('and comes back is told to read again', async () => {
    const id = await fleet.deployTo([await fleet.joinDevice()]);
    const first = await follow(`/deployments/${id}/events`);
    const { id: seen } = await first.wait(({ name }) => name === 'counts');
    const again = await follow(`/deployments/${id}/events`, { headers: { 'last-event-id': seen ?? '' } });
    await again.wait(isResync);
    expect(again.received.map(({ name }) => name)).toEqual(['counts', 'resync']);
    expect(first.received.map(({ name }) => name)).toEqual(['counts']);
  });

  it('as one of a thousand hears the end like all others, and one more is refused', async () => {
    const device = await fleet.joinDevice();
    const id = await fleet.deployTo([device]);
    const path = `/deployments/${id}/events`;
    await eventually(async () => expect(await openStreams()).toBe(0));
    const followers: FollowedEvents[] = [];
    while (followers.length < 1000) {
      followers.push(...(await Promise.all(Array.from({ length: 50 }, () => follow(path)))));
    }
    expect(await openStreams()).toBe(1000);
    const refused = await server.request('GET', fleet.path + path);
    expect(refused).toMatchObject({ status: 503, body: { code: 'unavailable' } });
    expect(refused.headers.get('retry-after')).toBe('30');
    await device.next();
    await device.report({ update_id: id, seq: 1, event: 'succeeded' });
    await Promise.all(followers.map((events) => events.wait(({ data }) => data.counts?.success === 1)));
  });

  it('of somebody else is told that there is none', async () => {
    const id = await fleet.deployTo([await fleet.joinDevice()]);
    const stranger = await server.createAccount('stranger');
    for (const path of [`/deployments/${id}/events`, '/events', '/deployments/dp-none-none/events']) {
      const token = path.includes('none') ? server.owner.token : stranger.token;
      const answer = await server.request('GET', fleet.path + path, { token });
      expect(answer).toMatchObject({ status: 404, body: { code: 'not_found' } });
    }
  });

  it('hears nothing more once the token is revoked', async () => {
    const made = await server.request('POST', '/api/v2/access-tokens', { body: { name: 'reader', role: 'viewer' } });
    const { id: tokenId, token } = made.body;
    const events = await follow('/events', { token, at: other });
    const kept = await follow('/events', { at: other });
    await server.request('DELETE', `/api/v2/access-tokens/${tokenId}`);
    await events.ended;
    const id = await fleet.deployTo([await fleet.joinDevice()]);
    await kept.wait(({ data }) => data.deployment_id === id);
    expect(events.received.filter(({ data }) => data.deployment_id === id)).toEqual([]);
  });

  it('is let go at once when the server stops', async () => {
    const stopping = await startTestServer({}, server);
    const events = await follow('/events', { at: stopping });
    const before = performance.now();
    await stopping.stop();
    await events.ended;
    expect(performance.now() - before).toBeLessThan(15_000);
  });
});

describe('who follows a project', () => {
  it('hears of all its deployments, and of none of another project', async () => {
    const elsewhere = await makeDeviceFleet(server, 'Elsewhere');
    const stranger = await elsewhere.joinDevice();
    const events = await follow('/events');
    const strange = await elsewhere.deployTo([stranger]);
    const device = await fleet.joinDevice();
    const id = await fleet.deployTo([device]);
    await events.wait(({ name, data }) => name === 'counts' && data.deployment_id === id);
    await stranger.next();
    await elsewhere.call('POST', `/deployments/${strange}/abort`);
    await device.next();
    await events.wait(isUpdate('in_progress'));
    expect(events.received.filter(({ data }) => data.deployment_id === strange)).toEqual([]);
  });
});

describe('who shows the devices of a project', () => {
  it.each([
    ['that server', () => server],
    ['another server', () => other],
  ])('of which the devices speak to %s hears when to read again, at most once a second', async (name, at) => {
    const sinceMs = performance.now();
    const events = await follow('/events', { at: at() });
    const device = await hearAfter(events, () => fleet.joinDevice());
    const channel = await hearAfter(events, () => device.openChannel());
    await hearAfter(events, () => channel.close());
    await hearAfter(events, () => fleet.call('PATCH', `/devices/${device.id}`, { update_trigger: 'on' }));
    const bulk = { device_ids: [device.id], update_trigger: 'off' };
    await hearAfter(events, () => fleet.call('POST', '/devices/bulk', bulk));
    await hearAfter(events, () => fleet.call('POST', `/devices/${device.id}/approve`));
    const registered = { name: `registered beside ${name}`, group: 'Production' };
    await hearAfter(events, () => fleet.call('POST', '/devices', registered));
    await hearAfter(events, () => server.request('DELETE', `${fleet.path}/devices/${device.id}`));
    expect(events.received.find(isOfDevices)).toMatchObject({ data: {} });
    const heard = events.received.filter(isOfDevices).length;
    expect(heard).toBeLessThanOrEqual((performance.now() - sinceMs) / 1000 + 1);
  });

  it('hears nothing of those of another project', async () => {
    const quiet = await makeDeviceFleet(server, 'Quiet');
    const events = await follow('/events');
    const ofQuiet = await followEvents(server, `${quiet.path}/events`);
    open.push(ofQuiet);
    await hearAfter(events, () => fleet.joinDevice());
    await hearAfter(ofQuiet, () => quiet.joinDevice());
    expect(ofQuiet.received.filter(isOfDevices)).toHaveLength(1);
  });

  it('hears of them beside those who follow one deployment, who do not', async () => {
    const id = await fleet.deployTo([await fleet.joinDevice()]);
    const [project, deployment] = [await follow('/events'), await follow(`/deployments/${id}/events`)];
    await hearAfter(project, () => fleet.joinDevice());
    await fleet.call('POST', `/deployments/${id}/abort`);
    await deployment.wait(({ name, data }) => name === 'counts' && data.finished_at !== null);
    expect(deployment.received.filter(isOfDevices)).toEqual([]);
  });
});

/** Does something, and waits until it is told that devices have changed. */
async function hearAfter<Result>(events: FollowedEvents, act: () => Promise<Result>): Promise<Result> {
  const before = events.received.filter(isOfDevices).length;
  const result = await act();
  await events.wait(() => events.received.filter(isOfDevices).length > before);
  return result;
}

const isOfDevices = ({ name }: { name: string }) => name === 'devices';

type Where = { at?: TestServer; token?: string; headers?: Record<string, string> };

async function follow(path: string, { at = server, ...options }: Where = {}): Promise<FollowedEvents> {
  const events = await followEvents(at, fleet.path + path, options);
  open.push(events);
  expect(events.status).toBe(200);
  return events;
}

async function openStreams(): Promise<number> {
  const { body } = await server.request('GET', '/metrics');
  return Number(/^tideway_event_streams_open (\d+)$/m.exec(body)?.[1]);
}

async function joinDevices(count: number): Promise<ScriptedDevice[]> {
  return Promise.all(Array.from({ length: count }, () => fleet.joinDevice()));
}

const isResync = ({ name }: { name: string }) => name === 'resync';

function isUpdate(status: string) {
  return ({ name, data }: { name: string; data: { status?: string } }) => name === 'update' && data.status === status;
}
