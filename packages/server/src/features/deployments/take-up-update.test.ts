import { createHash } from 'node:crypto';
import { type DeviceFleet, makeDeviceFleet, ScriptedDevice, startTestServer, type TestServer } from '@tideway/testkit';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { execute, rows } from '../../platform/database/database.ts';
import { holdUpdate } from './testing/hold-update.ts';
import { readBooks } from './testing/read-books.ts';

let server: TestServer;
let fleet: DeviceFleet;

beforeAll(async () => {
  server = await startTestServer();
  fleet = await makeDeviceFleet(server, 'TakeUp');
});

afterAll(() => server.stop());

describe('taking up an update', () => {
  it('gives the device the document of the deployment in an envelope of its own', async () => {
    const device = await fleet.joinDevice('pump $(reboot)');
    const deployment = await fleet.deployTo([device], {
      flow: `flows:
  secretive:
    timeout: 10m
    inputs: { version: { default: '1' }, password: { secret: true, required: true } }
    steps: [{ name: use it, run: 'echo \${{ inputs.version }}', env: { PASSWORD: '\${{ inputs.password }}' } }]
`,
      app: { name: 'irrigation', version: 'v2' },
      parameters: { password: 'quite secret' },
      configuration: { level: 'info' },
    });
    const plan = await device.next();
    expect(plan).toMatchObject({
      update_id: deployment,
      attempt: 1,
      time_limit_s: 600,
      device: { id: device.id, name: 'pump $(reboot)' },
      secrets: { password: 'quite secret' },
    });
    const text = plan?.document ?? '';
    expect(createHash('sha256').update(text).digest('hex')).toBe(plan?.document_sha256);
    expect(JSON.parse(text)).toMatchObject({
      deployment_id: deployment,
      app: { name: 'irrigation', version: 'v2' },
      configuration: { level: 'info' },
      inputs: { version: '1' },
      secret_inputs: ['password'],
    });
    expect(text).not.toContain('quite secret');
  });

  it('happens once, however many ask at once, and all get the same plan', async () => {
    for (let round = 0; round < 8; round++) {
      const device = await fleet.joinDevice();
      const first = await fleet.deployTo([device]);
      const later = round % 2 === 0 ? await fleet.deployTo([device]) : null;
      const plans = await Promise.all(Array.from({ length: 20 }, () => device.next()));
      expect(plans.map((plan) => [plan?.update_id, plan?.attempt])).toEqual(Array(20).fill([first, 1]));
      expect(await device.next()).toEqual(plans[0]);
      expect(await readBooks(server.db, first)).toMatchObject({ counts: { in_progress: 1 }, rows: { in_progress: 1 } });
      if (later) {
        expect(await readBooks(server.db, later)).toMatchObject({ counts: { pending: 1 }, rows: { pending: 1 } });
      }
    }
  });

  it('happens once for each of many devices that ask two servers at once, and the counts stay true', async () => {
    const beside = await startTestServer({}, server);
    for (let round = 0; round < 4; round++) {
      const devices = await Promise.all(Array.from({ length: 8 }, () => fleet.joinDevice()));
      const [first, later] = [await fleet.deployTo(devices), await fleet.deployTo(devices)];
      const asked = devices.flatMap((device) => [device, deviceAt(beside, device), deviceAt(beside, device)]);
      const plans = await Promise.all(asked.map((device) => device.next()));
      expect(plans.map((plan) => plan?.update_id)).toEqual(Array(24).fill(first));
      expect(await readBooks(server.db, first)).toMatchObject({ counts: { in_progress: 8 }, rows: { in_progress: 8 } });
      expect(await readBooks(server.db, later)).toMatchObject({ counts: { pending: 8 }, rows: { pending: 8 } });
    }
    await beside.stop();
  });

  it('begins with the oldest deployment, one after the other', async () => {
    const device = await fleet.joinDevice();
    const deployments = [await fleet.deployTo([device]), await fleet.deployTo([device])];
    for (const deployment of deployments) {
      expect((await device.next())?.update_id).toBe(deployment);
      expect(await device.report({ update_id: deployment, seq: 1, event: 'succeeded' })).toBe('success');
    }
    expect(await device.next()).toBeNull();
  });

  it('waits while the update trigger is on, and goes on with what is taken up', async () => {
    const device = await fleet.joinDevice();
    await fleet.call('PATCH', `/devices/${device.id}`, { update_trigger: 'on' });
    const deployment = await fleet.deployTo([device]);
    expect(await device.next()).toBeNull();
    await fleet.call('PATCH', `/devices/${device.id}`, { update_trigger: 'off' });
    expect((await device.next())?.update_id).toBe(deployment);
    await fleet.call('PATCH', `/devices/${device.id}`, { update_trigger: 'on' });
    expect((await device.next())?.update_id).toBe(deployment);
  });

  it('waits while software on the device blocks it, and says so', async () => {
    const device = await fleet.joinDevice();
    const deployment = await fleet.deployTo([device]);
    await device.hello({ block: { reason: 'harvest' } });
    expect(await device.next()).toBeNull();
    const blocked = { since: expect.any(String), reason: 'harvest' };
    expect(await fleet.call('GET', `/devices/${device.id}`)).toMatchObject({ blocked, update_trigger: 'off' });
    expect(await fleet.call('GET', `/deployments/${deployment}/updates/${device.id}`)).toMatchObject({
      status: 'pending',
      waiting_for: 'blocked',
    });
    await device.hello();
    expect(await fleet.call('GET', `/devices/${device.id}`)).toMatchObject({ blocked: null });
    expect((await device.next())?.update_id).toBe(deployment);
    const noted = await rows(
      server.db,
      sql`select action, after from audit_event where target = ${device.id} and action like 'device.%blocked' order by id`,
    );
    expect(noted).toEqual([
      { action: 'device.blocked', after: { reason: 'harvest' } },
      { action: 'device.unblocked', after: null },
    ]);
  });

  it('waits while a person has to approve the device', async () => {
    const device = await fleet.joinDevice();
    const deployment = await fleet.deployTo([device]);
    await execute(server.db, sql`update device set needs_approval = true where public_id = ${device.id}`);
    expect(await device.next()).toBeNull();
    expect(await readBooks(server.db, deployment)).toMatchObject({ counts: { pending: 1 }, rows: { pending: 1 } });
    await fleet.call('POST', `/devices/${device.id}/approve`);
    expect((await device.next())?.update_id).toBe(deployment);
  });

  it.each([
    ['held', sql`held_at = tideway_now()`],
    ['needs_approval', sql`needs_approval = true`],
    ['blocked', sql`update_trigger_on = true`],
  ])('waits for what it is shown to wait for: %s', async (reason, change) => {
    const device = await fleet.joinDevice();
    const deployment = await fleet.deployTo([device]);
    await execute(server.db, sql`update device set ${change} where public_id = ${device.id}`);
    await device.next();
    const shown = await fleet.call('GET', `/deployments/${deployment}/updates/${device.id}`);
    await fleet.call('POST', `/devices/${device.id}/approve`);
    await fleet.call('PATCH', `/devices/${device.id}`, { update_trigger: 'off' });

    expect(shown).toMatchObject({ status: 'pending', waiting_for: reason });
    expect((await device.next())?.update_id).toBe(deployment);
  });

  it('counts every device of a deployment that all of them take up at once', async () => {
    const devices = await Promise.all(Array.from({ length: 8 }, () => fleet.joinDevice()));
    const deployment = await fleet.deployTo(devices);
    const plans = await Promise.all(devices.map((device) => device.next()));
    expect(plans.map((plan) => plan?.update_id)).toEqual(Array(8).fill(deployment));
    expect(await readBooks(server.db, deployment)).toMatchObject({
      counts: { pending: 0, in_progress: 8 },
      rows: { in_progress: 8 },
    });
  });

  it('waits for an update that somebody holds, and keeps no other device waiting', async () => {
    const devices = await Promise.all(Array.from({ length: 4 }, () => fleet.joinDevice()));
    const [held, ...others] = devices as [ScriptedDevice, ...ScriptedDevice[]];
    const deployment = await fleet.deployTo(devices);
    const { waiting, plans } = await holdUpdate(server.db, { device: held.id, deployment }, async () => {
      const waiting = held.next();
      return { waiting, plans: await Promise.all(others.map((device) => device.next())) };
    });
    expect(plans.map((plan) => plan?.update_id)).toEqual(Array(3).fill(deployment));
    expect((await waiting)?.update_id).toBe(deployment);
  });
});

/** The same device, in the same session, at another server. */
function deviceAt({ url }: TestServer, { key, id, ticket }: ScriptedDevice): ScriptedDevice {
  return Object.assign(new ScriptedDevice(url, key), { id, ticket });
}
