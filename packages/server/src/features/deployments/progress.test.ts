import { type DeviceFleet, eventually, makeDeviceFleet, startTestServer, type TestServer } from '@tideway/testkit';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { oneRow } from '../../platform/database/database.ts';
import { archiveFinished } from './archive-finished.ts';

type Counts = Record<'pending' | 'in_progress' | 'success' | 'failed' | 'aborted', number>;
type Point = Counts & { at: string };

let server: TestServer;
let fleet: DeviceFleet;

beforeAll(async () => {
  server = await startTestServer({ keepFinishedS: 30 * 86_400 });
  fleet = await makeDeviceFleet(server, 'Course');
});

afterAll(() => server.stop());

// The clock goes forward from one test to the next.
describe('the course of a deployment', () => {
  it('has how many updates had each status, from its creation until now and then until its end', async () => {
    const devices = [await fleet.joinDevice(), await fleet.joinDevice(), await fleet.joinDevice()] as const;
    const id = await fleet.deployTo([...devices]);
    await devices[0].next();
    await server.shiftClock('10 minutes');
    await devices[0].report({ update_id: id, seq: 1, event: 'succeeded' });
    await devices[1].next();
    await server.shiftClock('20 minutes');
    await devices[1].report({ update_id: id, seq: 1, event: 'failed', reason: 'command_failed' });
    await server.shiftClock('40 minutes');

    const { from, to, points } = await read(id);
    expect(from).toBe((await show(id)).created_at);
    expect([points[0]?.at, points.at(-1)?.at]).toEqual([from, to]);
    expect(Date.parse(to) - Date.parse(from)).toBeGreaterThanOrEqual(40 * 60_000);
    expectEvenSpaces(points);
    expect(new Set(points.map(sumOf))).toEqual(new Set([3]));
    expect(countsAfter(points, 5)).toEqual({ pending: 2, in_progress: 1, success: 0, failed: 0, aborted: 0 });
    expect(countsAfter(points, 15)).toEqual({ pending: 1, in_progress: 1, success: 1, failed: 0, aborted: 0 });
    expect(countsAfter(points, 30)).toEqual({ pending: 1, in_progress: 0, success: 1, failed: 1, aborted: 0 });

    await fleet.call('POST', `/deployments/${id}/abort`);
    await server.shiftClock('50 minutes');
    const ended = await read(id);
    const { finished_at, counts } = await show(id);
    expect([ended.to, ended.points.length]).toEqual([finished_at, 200]);
    expect(ended.points.at(-1)).toEqual({ at: finished_at, ...counts });
  });

  it('begins with its schedule, once that has come', async () => {
    const device = await fleet.joinDevice();
    const now = await clock();
    const start_at = new Date(now + 5 * 60_000).toISOString();
    const id = await fleet.deployTo([device], { options: { schedule: { start_at } } });
    expect((await read(id)).from).toBe((await show(id)).created_at);
    await server.shiftClock('60 minutes');
    const { from, points } = await read(id);
    expect([from, points.at(-1)?.pending]).toEqual([start_at, 1]);
  });

  it('ends where it is aborted before its schedule has come', async () => {
    const now = await clock();
    const start_at = new Date(now + 3_600_000).toISOString();
    const id = await fleet.deployTo([await fleet.joinDevice()], { options: { schedule: { start_at } } });
    await fleet.call('POST', `/deployments/${id}/abort`);
    const { from, to, points } = await read(id);
    const { created_at, finished_at } = await show(id);
    expect([from, to]).toEqual([created_at, finished_at]);
    expect(points.at(-1)).toMatchObject({ pending: 0, aborted: 1 });
    expect(points.length).toBeLessThanOrEqual(200);
  });

  it('of no devices has one point', async () => {
    await fleet.call('POST', '/groups', { name: 'Empty' });
    const nobody = { device_ids: undefined, device_filter: { groups: [{ name: 'Empty' }] }, allow_empty: true };
    const id = await fleet.deployTo([], { options: nobody });
    const { from, to, points } = await read(id);
    expect([from, points]).toEqual([to, [{ at: to, pending: 0, in_progress: 0, success: 0, failed: 0, aborted: 0 }]]);
  });

  it('is its end alone where it is archived', async () => {
    const device = await fleet.joinDevice();
    const id = await fleet.deployTo([device]);
    await device.next();
    await device.report({ update_id: id, seq: 1, event: 'succeeded' });
    await server.shiftClock('31 days');
    await eventually(async () => {
      await archiveFinished(server.deps);
      expect((await show(id)).archived_at).toEqual(expect.any(String));
    });
    const { created_at, finished_at, counts } = await show(id);
    expect(await read(id)).toEqual({ from: created_at, to: finished_at, points: [{ at: finished_at, ...counts }] });
    const failures = await server.request('GET', `${fleet.path}/deployments/${id}/failures`);
    expect(failures).toMatchObject({ status: 409, body: { code: 'wrong_state' } });
  });

  it('is not told where there is no such deployment', async () => {
    const answer = await server.request('GET', `${fleet.path}/deployments/dp-none-none/progress`);
    expect(answer).toMatchObject({ status: 404, body: { code: 'not_found' } });
  });
});

async function read(id: string): Promise<{ from: string; to: string; points: Point[] }> {
  const { status, body } = await server.request('GET', `${fleet.path}/deployments/${id}/progress`);
  expect(status).toBe(200);
  return body;
}

async function show(id: string) {
  return (await server.request('GET', `${fleet.path}/deployments/${id}`)).body;
}

/** The server's time in milliseconds. */
async function clock(): Promise<number> {
  const { now } = await oneRow<{ now: Date }>(server.db, sql`select tideway_now() as now`);
  return now.getTime();
}

function countsAfter(points: Point[], minutes: number): Counts | undefined {
  const time = Date.parse(points[0]?.at ?? '') + minutes * 60_000;
  const found = points.find(({ at }) => Date.parse(at) >= time);
  if (found === undefined) return undefined;
  const { at: _at, ...counts } = found;
  return counts;
}

function sumOf({ pending, in_progress, success, failed, aborted }: Point): number {
  return pending + in_progress + success + failed + aborted;
}

/** Times are told in milliseconds. */
function expectEvenSpaces(points: Point[]): void {
  const times = points.map(({ at }) => Date.parse(at));
  const space = ((times.at(-1) ?? 0) - (times[0] ?? 0)) / (times.length - 1);
  expect(times).toHaveLength(200);
  for (const [index, time] of times.entries()) {
    expect(Math.abs(time - (times[0] ?? 0) - index * space)).toBeLessThanOrEqual(2);
  }
}
