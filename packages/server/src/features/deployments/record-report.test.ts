import { type DeviceReport, reportEvents } from '@tideway/protocol';
import {
  createReport,
  type DeviceFleet,
  makeDeviceFleet,
  type ScriptedDevice,
  startTestServer,
  type TestServer,
} from '@tideway/testkit';
import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { execute, oneRow } from '../../platform/database/database.ts';
import { recordReport } from './record-report.ts';
import { holdUpdate } from './testing/hold-update.ts';
import { readBooks } from './testing/read-books.ts';
import type { ReportingDevice } from './update.store.ts';

let server: TestServer;
let fleet: DeviceFleet;

beforeAll(async () => {
  server = await startTestServer();
  fleet = await makeDeviceFleet(server, 'Booking');
});

afterAll(() => server.stop());

describe('the reports of an update', () => {
  it('are booked step by step, and the last one ends it', async () => {
    const device = await fleet.joinDevice();
    const id = await startUpdate(device);
    const say = (seq: number, event: DeviceReport['event'], said: Partial<DeviceReport> = {}) =>
      device.report({ update_id: id, seq, event, ...said });
    expect(await say(1, 'step_started', { step: 0 })).toBe('in_progress');
    expect(await say(2, 'step_succeeded', { step: 0, exit_code: 0 })).toBe('in_progress');
    await say(3, 'step_started', { step: 1 });
    await say(4, 'step_failed', { step: 1, exit_code: 7, message: 'first try' });
    await say(5, 'step_started', { step: 1 });
    await say(6, 'step_failed', { step: 1, exit_code: 8, message: 'second try' });
    const undone = [{ step: 'first', done: false, message: 'its file is gone' }];
    const result = { step: 1, exit_code: 8, reason: 'step_failed', message: 'second: exit code 8', undone };
    expect(await say(7, 'failed', result)).toBe('failed');

    expect(await readUpdate(device, id)).toMatchObject({
      status: 'failed',
      reason: 'step_failed',
      message: 'second: exit code 8',
      failed_step: 'second',
      exit_code: 8,
      undone,
      late_result: null,
      finished_at: expect.any(String),
      steps: [
        { name: 'first', status: 'success', tries: 1, exit_code: 0 },
        { name: 'second', status: 'failed', tries: 2, exit_code: 8, message: 'second try' },
      ],
    });
    expect(await readBooks(server.db, id)).toEqual({
      counts: { pending: 0, in_progress: 0, success: 0, failed: 1, aborted: 0 },
      rows: { failed: 1 },
      is_finished: true,
    });
  });

  it('leave steps that wait while the update goes on, and that were not run when it has ended', async () => {
    const device = await fleet.joinDevice();
    const id = await startUpdate(device);
    await device.report({ update_id: id, seq: 1, event: 'step_failed', step: 0, exit_code: 1 });
    const before = await readUpdate(device, id);
    await device.report({ update_id: id, seq: 2, event: 'failed', step: 0 });
    const after = await readUpdate(device, id);

    const statuses = [before, after].map(({ steps }) => steps.map((step: { status: string }) => step.status));
    expect(statuses).toEqual([
      ['failed', 'waiting'],
      ['failed', 'not_run'],
    ]);
  });

  it('end in a legal state with true counts, however they are repeated, mixed up and said at once', async () => {
    const life: DeviceReport['event'][] = ['step_started', 'step_succeeded', 'step_started', 'step_failed', 'failed'];
    const saying = fc.array(
      fc.record({
        at: fc.nat(life.length - 1),
        other: fc.option(fc.constantFrom(...reportEvents), { freq: 8 }),
        attempt: fc.constantFrom(1, 1, 1, 2),
      }),
      { minLength: 1, maxLength: 12 },
    );
    const device = await fleet.joinDevice();
    await fc.assert(
      fc.asyncProperty(saying, fc.boolean(), async (said, atOnce) => {
        const id = await startUpdate(device);
        const reports = said.map(({ at, other, attempt }) =>
          createReport({ update_id: id, attempt, seq: at + 1, event: other ?? life[at] ?? 'failed', step: 0 }),
        );
        const answers = atOnce
          ? await Promise.all(reports.map((report) => device.report(report)))
          : await inTurn(reports, (report) => device.report(report));
        const { status } = await readUpdate(device, id);
        const books = await readBooks(server.db, id);
        expect(books.rows).toEqual({ [status]: 1 });
        expect(books.counts).toEqual({ ...none, [status]: 1 });
        expect(books.is_finished).toBe(status !== 'in_progress');
        expect(await device.report({ ...reports[0], update_id: id, seq: 1, event: 'succeeded' })).toBe(status);
        expectOneResult(answers);
        if (status === 'in_progress') await device.report({ update_id: id, attempt: 3, seq: 1, event: 'failed' });
      }),
      { numRuns: 40 },
    );
  });

  it('of many devices at once finish their deployment once, with true counts', async () => {
    const devices = await Promise.all(Array.from({ length: 8 }, () => fleet.joinDevice()));
    const id = await fleet.deployTo(devices);
    await Promise.all(devices.map((device) => device.next()));
    const results = ['succeeded', 'failed', 'stopped'] as const;
    await Promise.all(
      devices.map((device, index) => device.report({ update_id: id, seq: 1, event: results[index % 3] ?? 'failed' })),
    );
    expect(await readBooks(server.db, id)).toEqual({
      counts: { pending: 0, in_progress: 0, success: 3, failed: 3, aborted: 2 },
      rows: { success: 3, failed: 3, aborted: 2 },
      is_finished: true,
    });
  });

  it('wait for an update that somebody holds, and keep no other device waiting', async () => {
    const devices = await Promise.all(Array.from({ length: 4 }, () => fleet.joinDevice()));
    const [held, ...others] = devices as [ScriptedDevice, ...ScriptedDevice[]];
    const id = await fleet.deployTo(devices);
    await Promise.all(devices.map((device) => device.next()));
    const succeed = (device: ScriptedDevice) => device.report({ update_id: id, seq: 1, event: 'succeeded' });
    const { waiting, answers } = await holdUpdate(server.db, { device: held.id, deployment: id }, async () => {
      const waiting = succeed(held);
      return { waiting, answers: await Promise.all(others.map(succeed)) };
    });
    expect(answers).toEqual(Array(3).fill('success'));
    expect(await waiting).toBe('success');
    expect(await readBooks(server.db, id)).toMatchObject({ counts: { success: 4 }, rows: { success: 4 } });
  });

  it('wait for an older update that a success ends, where somebody holds it, and keep no other device waiting', async () => {
    const app = { name: 'irrigation', version: 'v9' };
    const [held, other] = [await fleet.joinDevice(), await fleet.joinDevice()];
    const older = await fleet.deployTo([held], { app });
    const id = await fleet.deployTo([held, other], { app });
    await setAtWork(id);
    const reports = [await reporterOf(held), await reporterOf(other)].map(
      (reporter) => () =>
        recordReport(server.deps, reporter, createReport({ update_id: id, seq: 1, event: 'succeeded' })),
    );
    const { waiting } = await holdUpdate(server.db, { device: held.id, deployment: older }, async () => {
      const [waiting, answer] = reports.map((report) => report());
      expect(await answer).toBe('success');
      expect((await readUpdate(held, id)).status).toBe('in_progress');
      return { waiting };
    });
    expect(await waiting).toBe('success');
    expect(await readUpdate(held, older)).toMatchObject({ status: 'aborted', reason: 'overtaken' });
    expect(await readBooks(server.db, older)).toMatchObject({ counts: { ...none, aborted: 1 }, is_finished: true });
  });

  it('of many devices at once are booked as they would be one after the other', async () => {
    const words: fc.Arbitrary<Words> = fc.record({
      device: fc.nat(4),
      seq: fc.integer({ min: 1, max: 8 }),
      event: fc.constantFrom(...reportEvents),
      step: fc.constantFrom(0, 1, null),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(words, { minLength: 5, maxLength: 30 }), async (said) => {
        const [together, apart] = [await makeSubjects(5), await makeSubjects(5)];
        const answers = await Promise.all((await sayersOf(together, said)).map((say) => say()));
        expect(answers).toEqual(await inTurn(await sayersOf(apart, said), (say) => say()));
        expect(await booksOf(together)).toEqual(await booksOf(apart));
      }),
      { numRuns: 15 },
    );
  });

  it('that cannot be booked fail alone', async () => {
    const devices = [await fleet.joinDevice(), await fleet.joinDevice(), await fleet.joinDevice()];
    const id = await fleet.deployTo(devices);
    await setAtWork(id);
    const reporters = await Promise.all(devices.map(reporterOf));
    const reports = reporters.map((reporter, index) =>
      // No column holds a NUL; the door of the devices lets none through.
      recordReport(
        server.deps,
        reporter,
        createReport({ update_id: id, seq: 1, event: 'failed', message: index === 1 ? '\0' : null }),
      ).catch(() => 'not booked'),
    );
    expect(await Promise.all(reports)).toEqual(['failed', 'not booked', 'failed']);
    expect(await readBooks(server.db, id)).toMatchObject({
      counts: { ...none, in_progress: 1, failed: 2 },
      rows: { in_progress: 1, failed: 2 },
    });
  });

  it('are unknown where they are about another device’s update, or that of a device elsewhere', async () => {
    const device = await fleet.joinDevice();
    const other = await fleet.joinDevice();
    const id = await startUpdate(device);
    for (const updateId of [id, 'dp-none-none', '1', '']) {
      expect(await other.report({ update_id: updateId, seq: 1, event: 'failed' })).toBe('unknown');
    }
    expect((await readUpdate(device, id)).status).toBe('in_progress');
  });

  it('change nothing before the update is taken up, and count when they come again', async () => {
    const device = await fleet.joinDevice();
    const id = await fleet.deployTo([device]);
    expect(await device.report({ update_id: id, seq: 5, event: 'succeeded' })).toBe('pending');
    await device.next();
    expect(await device.report({ update_id: id, seq: 5, event: 'succeeded' })).toBe('success');
  });
});

describe('a success', () => {
  const app = { name: 'irrigation', version: 'v2' };

  it('sets the app version and the configuration of the device', async () => {
    const device = await fleet.joinDevice();
    const id = await startUpdate(device, { app, configuration: { level: 'info' } });
    expect(await readDevice(device)).toMatchObject({ apps: [], configuration: null });
    await device.report({ update_id: id, seq: 1, event: 'succeeded' });
    expect(await readDevice(device)).toMatchObject({ apps: [app], configuration: { level: 'info' } });
  });

  it('is what the device says of its app, until it says something else', async () => {
    const device = await fleet.joinDevice();
    const others = { name: 'by hand', version: '7' };
    await device.hello({ apps: [{ name: 'irrigation', version: 'v1' }, others] });
    const id = await startUpdate(device, { app });
    await device.report({ update_id: id, seq: 1, event: 'succeeded' });
    const drift = [{ name: 'by hand', version: null, reported_version: '7' }];
    expect(await readDevice(device)).toMatchObject({ apps: [app], drift });

    await device.hello({ apps: [{ name: 'irrigation', version: 'v1' }] });
    expect((await readDevice(device)).drift).toEqual([{ name: 'irrigation', version: 'v2', reported_version: 'v1' }]);
  });

  it('ends the older pending updates of the same app, and no others: the device is never downgraded', async () => {
    const device = await fleet.joinDevice();
    const older = await fleet.deployTo([device], { app: { name: 'irrigation', version: 'v1' } });
    const ofNoApp = await fleet.deployTo([device]);
    const newer = await fleet.deployTo([device], { app });
    const newest = await fleet.deployTo([device], { app: { name: 'irrigation', version: 'v3' } });
    // As if the two had been paused until now.
    await setAtWork(newer);
    await device.report({ update_id: newer, seq: 1, event: 'succeeded' });

    expect(await readUpdate(device, older)).toMatchObject({ status: 'aborted', reason: 'overtaken' });
    expect(await readBooks(server.db, older)).toMatchObject({ counts: { pending: 0, aborted: 1 }, is_finished: true });
    expect((await readUpdate(device, newest)).status).toBe('pending');
    expect((await device.next())?.update_id).toBe(ofNoApp);
    expect((await readDevice(device)).apps).toEqual([app]);
  });

  it('that comes late is kept beside the result, and sets the app version', async () => {
    const device = await fleet.joinDevice();
    const id = await startUpdate(device, { app });
    await device.report({ update_id: id, seq: 1, event: 'failed', reason: 'timed_out' });
    expect(await device.report({ update_id: id, seq: 2, event: 'succeeded' })).toBe('failed');
    expect(await readUpdate(device, id)).toMatchObject({
      status: 'failed',
      reason: 'timed_out',
      late_result: { status: 'success', at: expect.any(String) },
    });
    expect((await readDevice(device)).apps).toEqual([app]);
    expect(await readBooks(server.db, id)).toMatchObject({ counts: { ...none, failed: 1 }, rows: { failed: 1 } });
  });

  it('that comes late does not touch what a newer update has set or is setting', async () => {
    const device = await fleet.joinDevice();
    const older = await startUpdate(device, { app, configuration: { old: true } });
    await device.report({ update_id: older, seq: 1, event: 'failed', reason: 'timed_out' });
    const newer = await startUpdate(device, {
      app: { name: 'irrigation', version: 'v3' },
      configuration: { old: false },
    });
    await device.report({ update_id: older, seq: 2, event: 'succeeded' });
    expect(await readDevice(device)).toMatchObject({ apps: [], configuration: null });
    await device.report({ update_id: newer, seq: 1, event: 'succeeded' });
    await device.report({ update_id: older, seq: 3, event: 'succeeded' });
    expect(await readDevice(device)).toMatchObject({
      apps: [{ name: 'irrigation', version: 'v3' }],
      configuration: { old: false },
    });
  });
});

const none = { pending: 0, in_progress: 0, success: 0, failed: 0, aborted: 0 };

async function startUpdate(
  device: ScriptedDevice,
  order: Parameters<DeviceFleet['deployTo']>[1] = {},
): Promise<string> {
  const id = await fleet.deployTo([device], order);
  expect((await device.next())?.update_id).toBe(id);
  return id;
}

async function inTurn<T, R>(items: T[], act: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (const item of items) results.push(await act(item));
  return results;
}

/** Once a final status was answered, no other final one ever is. */
function expectOneResult(answers: string[]): void {
  expect(new Set(answers.filter((status) => status !== 'in_progress')).size).toBeLessThanOrEqual(1);
}

async function readUpdate(device: ScriptedDevice, id: string) {
  const { body } = await server.request('GET', `${fleet.path}/deployments/${id}/updates/${device.id}`);
  return body;
}

async function readDevice(device: ScriptedDevice) {
  const { body } = await server.request('GET', `${fleet.path}/devices/${device.id}`);
  return body;
}

/** Makes all updates of a deployment the ones that their devices are at, past older pending ones. */
async function setAtWork(id: string): Promise<void> {
  await execute(
    server.db,
    sql`with taken as (
          update device_update u set status = 'in_progress', taken_up_at = tideway_now() from deployment d
          where d.id = u.deployment_id and d.public_id = ${id} returning u.deployment_id)
        update deployment_count c set in_progress = pending, pending = 0
        from taken where c.deployment_id = taken.deployment_id`,
  );
}

/** A device as its reports are booked, past its door: calls of one moment are then one batch. */
async function reporterOf({ id }: ScriptedDevice): Promise<ReportingDevice> {
  return oneRow(server.db, sql`select id, project_id from device where public_id = ${id}`);
}

type Subjects = { id: string; older: string; devices: ScriptedDevice[] };

/** Devices that are all at one update, and have an older one of the same app before them. */
async function makeSubjects(count: number): Promise<Subjects> {
  const devices = await Promise.all(Array.from({ length: count }, () => fleet.joinDevice()));
  const app = { name: 'irrigation', version: 'v2' };
  const older = await fleet.deployTo(devices, { app });
  const id = await fleet.deployTo(devices, { app, configuration: { level: 'info' } });
  await setAtWork(id);
  return { id, older, devices };
}

/** Each device says what is for it to say, one report after the other. */
async function sayersOf({ id, devices }: Subjects, said: Words[]) {
  const reporters = await Promise.all(devices.map(reporterOf));
  return reporters.map((reporter, index) => () => {
    const own = said.filter(({ device }) => device === index);
    return inTurn(own, ({ seq, event, step }) =>
      recordReport(
        server.deps,
        reporter,
        createReport({ update_id: id, seq, event, step, message: `${event} ${seq}` }),
      ),
    );
  });
}

type Words = { device: number; seq: number; event: DeviceReport['event']; step: number | null };

/** All that is booked of devices' updates, without what differs from one fleet to the other. */
async function booksOf({ id, older, devices }: Subjects) {
  const booked = await Promise.all(
    devices.map(async (device) => {
      const { apps, configuration } = await readDevice(device);
      return { apps, configuration, updates: [await readUpdate(device, older), await readUpdate(device, id)] };
    }),
  );
  const books = [await readBooks(server.db, older), await readBooks(server.db, id)];
  return JSON.parse(JSON.stringify({ books, booked }), (key, value) => {
    if (key === 'device') return undefined;
    return (key.endsWith('_at') || key === 'at') && value !== null ? 'some time' : value;
  });
}
