import { type DeviceFleet, makeDeviceFleet, startTestServer, type TestServer } from '@tideway/testkit';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBatches } from '../../platform/batch/batches.ts';
import { type Db, oneRow, openDatabase } from '../../platform/database/database.ts';
import { SwitchablePool } from '../../platform/database/switchable-pool.ts';
import { noteContact, type ProvenDevice } from './note-contact.ts';
import { deviceIsOnline } from './online.rules.ts';
import { pollIntervals } from './poll-intervals.rules.ts';

const dayS = 24 * 3600;
const rhythmS = 25;

let server: TestServer;
let pool: SwitchablePool;
let db: Db;

beforeAll(async () => {
  server = await startTestServer();
  // One connection, whose clock the test moves as it likes.
  pool = new SwitchablePool();
  pool.open({ ...server.database.connection, max: 1 });
  db = openDatabase(pool);
});

afterAll(async () => {
  await pool.close();
  await server.stop();
});

describe('a device that keeps its rhythm', () => {
  it('is not shown offline once in a day', async () => {
    const device = await joinDevice();
    const batches = createBatches({ ...server.deps, db }, () => {});
    const seen: boolean[] = [];
    for (let atS = 0; atS < dayS; atS += rhythmS * (0.9 + Math.random() * 0.2)) {
      await moveClock(atS);
      if (atS > 0) seen.push(await isOnline(device));
      await noteContact({ batches }, device, pollIntervals(rhythmS, Math.random()));
    }
    expect(seen.length).toBeGreaterThan(dayS / (rhythmS * 1.1) - 1);
    expect(seen.filter((online) => !online)).toEqual([]);
    await moveClock(dayS + 10 * rhythmS);
    expect(await isOnline(device)).toBe(false);
  });
});

describe('the last contact with a device', () => {
  it('is the last that its server was there, where that holds a channel open or has died with one', async () => {
    const fleet = await makeDeviceFleet(server, 'Channels');
    const device = await fleet.joinDevice();
    const channel = await device.openChannel();
    await channel.say({ type: 'next' });
    await openedAnHourAgo(device.id, server.deps.serverId);
    expect(await secondsSinceContact(fleet, device.id)).toBeLessThan(60);

    await sql`insert into server_lease values ('dead', tideway_now() - interval '10 minutes')`.execute(server.db);
    await openedAnHourAgo(device.id, 'dead');
    expect(Math.round((await secondsSinceContact(fleet, device.id)) / 60)).toBe(11);
    expect(await fleet.call('GET', `/devices/${device.id}/why`)).toMatchObject({
      gates: [{}, {}, { gate: 'connection', holds: true }],
    });
    await channel.close();
  });
});

async function openedAnHourAgo(deviceId: string, serverId: string): Promise<void> {
  await sql`update device_presence p
            set last_contact_at = tideway_now() - interval '1 hour', online_until = tideway_now(), server_id = ${serverId}
            from device d where d.id = p.device_id and d.public_id = ${deviceId}`.execute(server.db);
}

async function secondsSinceContact(fleet: DeviceFleet, deviceId: string): Promise<number> {
  const device = (await fleet.call('GET', `/devices/${deviceId}`)) as { last_contact_at: string };
  return (Date.now() - Date.parse(device.last_contact_at)) / 1000;
}

async function joinDevice(): Promise<ProvenDevice> {
  const { id } = await (await makeDeviceFleet(server, 'Rhythm')).joinDevice();
  const row = await oneRow<{ id: number; session_number: number }>(
    db,
    sql`select id, session_number from device where public_id = ${id}`,
  );
  return { id: row.id, session: row.session_number };
}

async function moveClock(toS: number): Promise<void> {
  await sql`select set_config('tideway.clock_shift', ${`${toS} seconds`}, false)`.execute(db);
}

async function isOnline({ id }: ProvenDevice): Promise<boolean> {
  const { online } = await oneRow<{ online: boolean }>(
    db,
    sql`select ${deviceIsOnline} as online from device d where d.id = ${id}`,
  );
  return online;
}
