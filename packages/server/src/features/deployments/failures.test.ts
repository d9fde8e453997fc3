import {
  type DeviceFleet,
  makeDeviceFleet,
  type ScriptedDevice,
  startTestServer,
  type TestServer,
} from '@tideway/testkit';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { execute } from '../../platform/database/database.ts';

let server: TestServer;
let fleet: DeviceFleet;
let devices: ScriptedDevice[];

beforeAll(async () => {
  server = await startTestServer();
  fleet = await makeDeviceFleet(server, 'Failing');
  devices = [];
  for (let number = 1; number <= 9; number += 1) devices.push(await fleet.joinDevice(`pump-${number}`));
});

afterAll(() => server.stop());

describe('the failures of a deployment', () => {
  it('are grouped by step, reason and message, those of most devices first, each with five of them', async () => {
    const id = await fleet.deployTo(devices);
    const [succeeds, atFirst, ofNoStep, ...alike] = devices;
    await end(succeeds, id, { event: 'succeeded' });
    await end(atFirst, id, { event: 'failed', step: 0, reason: 'command_failed', message: 'no water' });
    await end(ofNoStep, id, { event: 'failed', reason: 'unsupported' });
    // The last one fails first: what is shown of a group follows the list of updates.
    for (const device of alike.slice(0, 6).reverse()) {
      await end(device, id, { event: 'failed', step: 1, reason: 'command_failed', message: 'no water' });
    }

    const { status, body } = await read(id);
    const sample = alike.slice(0, 5).map((device, index) => ({ id: device.id, name: `pump-${index + 4}` }));
    const named = (number: number) => [{ id: devices[number - 1]?.id, name: `pump-${number}` }];
    expect(status).toBe(200);
    expect(body.items).toEqual([
      { step: 'second', reason: 'command_failed', message: 'no water', devices: 6, sample },
      { step: 'first', reason: 'command_failed', message: 'no water', devices: 1, sample: named(2) },
      { step: null, reason: 'unsupported', message: null, devices: 1, sample: named(3) },
    ]);
  });

  it('are the largest hundred groups, where every device says something of its own', async () => {
    const id = await fleet.deployTo(devices.slice(0, 1));
    await end(devices[0], id, { event: 'failed', step: 0, reason: 'command_failed', message: 'no water' });
    await execute(
      server.db,
      sql`with more as (
            insert into device (public_id, project_id, group_id, name)
            select 'd-' || n, v.project_id, v.group_id, 'valve-' || n
            from device v, generate_series(1, 200) n where v.public_id = ${devices[0]?.id} returning id)
          insert into device_update (deployment_id, device_id, status, reason, message, finished_at)
          select d.id, m.id, 'failed', 'command_failed',
                 case when row_number() over () > 150 then 'all alike' else m.id::text end, tideway_now()
          from deployment d, more m where d.public_id = ${id}`,
    );
    const { body } = await read(id);
    expect(body.items).toHaveLength(100);
    expect(body.items[0]).toMatchObject({ message: 'all alike', devices: 50 });
  });

  it('are none where none has failed, and are not told where there is no such deployment', async () => {
    const id = await fleet.deployTo(devices.slice(0, 1));
    expect(await read(id)).toMatchObject({ status: 200, body: { items: [] } });
    expect(await read('dp-none-none')).toMatchObject({ status: 404, body: { code: 'not_found' } });
  });
});

async function end(
  device: ScriptedDevice | undefined,
  id: string,
  said: Partial<Parameters<ScriptedDevice['report']>[0]> & { event: 'succeeded' | 'failed' },
): Promise<void> {
  await device?.next();
  await device?.report({ update_id: id, seq: 1, ...said });
}

function read(id: string) {
  return server.request('GET', `${fleet.path}/deployments/${id}/failures`);
}
