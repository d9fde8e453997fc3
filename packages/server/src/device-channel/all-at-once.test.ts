import {
  createReport,
  type DeviceFleet,
  makeDeviceFleet,
  type ScriptedDevice,
  startTestServer,
  type TestServer,
} from '@tideway/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readBooks } from '../features/deployments/testing/read-books.ts';

let server: TestServer;
let fleet: DeviceFleet;

beforeAll(async () => {
  server = await startTestServer();
  fleet = await makeDeviceFleet(server, 'Crowd');
});

afterAll(() => server.stop());

describe('devices that take up, report, greet with copied states and are deleted, all at once', () => {
  it('are never kept waiting in a circle, and the counts stay true', async () => {
    for (let round = 0; round < 8; round++) {
      const devices = await Promise.all(Array.from({ length: 4 }, () => fleet.joinDevice()));
      const app = { name: 'irrigation', version: `v${round}` };
      const ids: string[] = [];
      while (ids.length < 3) ids.push(await fleet.deployTo(devices, { app, configuration: { round } }));
      for (const device of devices) await device.hello();

      const statuses = await Promise.all([
        ...devices.flatMap((device) => [work(device, ids), work(device, ids), greetAsCopy(device)]),
        ...devices.slice(0, 2).map(deleteDevice),
      ]);
      expect(statuses.flat().filter((status) => ![200, 204, 401].includes(status))).toEqual([]);
      for (const id of ids) {
        const { counts, rows, is_finished } = await readBooks(server.db, id);
        expect(counts).toEqual({ pending: 0, in_progress: 0, success: 0, failed: 0, aborted: 0, ...rows });
        expect(is_finished).toBe(counts.pending + counts.in_progress === 0);
      }
    }
  });
});

async function work(device: ScriptedDevice, ids: string[]): Promise<number[]> {
  const statuses: number[] = [];
  for (const id of ids) {
    const started = createReport({ update_id: id, seq: 1, event: 'step_started', step: 0 });
    const succeeded = createReport({ update_id: id, seq: 2, event: 'succeeded' });
    const messages = [{ type: 'next' }, started, succeeded, { type: 'next' }];
    statuses.push((await device.post('/device/v1/messages', { messages })).status);
  }
  return statuses;
}

async function greetAsCopy(device: ScriptedDevice): Promise<number[]> {
  const copied = device.hello({ session_value: 'of a copy' });
  return copied.then(
    () => [200],
    (error: Error) => [Number(/answered with (\d+)/.exec(error.message)?.[1])],
  );
}

async function deleteDevice({ id }: ScriptedDevice): Promise<number[]> {
  const { status } = await server.request('DELETE', `${fleet.path}/devices/${id}`);
  return [status];
}
