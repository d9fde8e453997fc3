import { makeDeviceFleet, startTestServer, type TestServer } from '@tideway/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
});

afterAll(() => server.stop());

it('is empty where there is nothing', async () => {
  await server.request('POST', '/api/v2/projects', { body: { name: 'Empty' } });
  const none = { not_joined: 0, held: 0, needs_approval: 0, online: 0, offline: 0, blocked: 0 };
  expect((await server.request('GET', '/api/v2/empty/overview')).body).toEqual({
    devices: { total: 0, ...none },
    deployments: { running: 0, paused: 0, scheduled: 0 },
    app_versions: [],
    days: [],
    failures: [],
  });
});

it('counts devices, deployments, versions, results of each day, and failures by what they say', async () => {
  const fleet = await makeDeviceFleet(server, 'Whole');
  const devices = [];
  for (let count = 0; count < 4; count += 1) {
    const device = await fleet.joinDevice();
    await device.hello();
    devices.push(device);
  }
  await fleet.call('POST', '/devices', { name: 'yet to come', group: 'Production' });
  const [first, second, third, fourth] = devices;
  if (!first || !second || !third || !fourth) throw new Error('There are four');
  await fleet.call('PATCH', `/devices/${fourth.id}`, { update_trigger: 'on' });
  const app = { name: 'irrigation', version: '2.0' };
  const deployment = await fleet.deployTo([first, second, third], { app });
  await fleet.deployTo([fourth], {
    options: { schedule: { start_at: new Date(Date.now() + 3_600_000).toISOString() } },
  });
  for (const device of [first, second, third]) await device.next();
  await first.report({ update_id: deployment, seq: 1, event: 'succeeded' });
  const failure = { update_id: deployment, seq: 1, event: 'failed', step: 1, reason: 'command_failed' } as const;
  for (const device of [second, third]) await device.report({ ...failure, message: 'no water' });

  const day = new Date().toISOString().slice(0, 10);
  const shown = (await server.request('GET', '/api/v2/whole/overview')).body;
  expect(shown).toMatchObject({
    devices: { total: 5, not_joined: 1, held: 0, needs_approval: 0, online: 4, offline: 0, blocked: 1 },
    deployments: { running: 0, paused: 0, scheduled: 1 },
    app_versions: [{ app: 'irrigation', version: '2.0', devices: 1 }],
    days: [{ success: 1, failed: 2, aborted: 0 }],
    failures: [
      {
        flow: { name: 'plain' },
        step: 'second',
        reason: 'command_failed',
        message: 'no water',
        devices: 2,
        deployment_id: deployment,
      },
    ],
  });
  expect(Math.abs(Date.parse(shown.days[0].day) - Date.parse(day))).toBeLessThanOrEqual(86_400_000);
});
