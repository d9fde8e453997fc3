import {
  type Answer,
  type DeviceFleet,
  eventually,
  followEvents,
  makeDeviceFleet,
  type ScriptedDevice,
  startTestServer,
  type TestServer,
} from '@tideway/testkit';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { execute, oneRow, rows } from '../../platform/database/database.ts';
import { inTransaction, type Tx } from '../../platform/database/transaction.ts';
import { lockDeploymentToRemove, lockUpdatesToRemove, removeUpdates, setArchived } from './archive.store.ts';
import { archiveFinished, removeSomeOfArchived } from './archive-finished.ts';
import { conditionSql } from './device-filter.rules.ts';
import { findRetryOrigin } from './retry.store.ts';
import { readBooks } from './testing/read-books.ts';

const keepFinishedS = 30 * 86_400;
let server: TestServer;
let fleet: DeviceFleet;

beforeAll(async () => {
  server = await startTestServer({ keepFinishedS });
  fleet = await makeDeviceFleet(server, 'Archive');
});

afterAll(() => server.stop());

describe('a deployment', () => {
  it('is archived when it is finished for as long as such are kept, and never while an update of it is open', async () => {
    const own = await startTestServer({ keepFinishedS });
    const ownFleet = await makeDeviceFleet(own, 'Due');
    const [device, absent] = [await ownFleet.joinDevice(), await ownFleet.joinDevice()];
    const open = await ownFleet.deployTo([device, absent]);
    await end(device, open);
    const finished = await ownFleet.deployTo([device]);
    await end(device, finished);
    const archivedAt = async (id: string) =>
      (await own.request('GET', `${ownFleet.path}/deployments/${id}`)).body.archived_at;

    await own.shiftClock('29 days');
    await archiveFinished(own.deps);
    expect(await archivedAt(finished)).toBeNull();
    await own.shiftClock('31 days');
    await eventually(async () => {
      await archiveFinished(own.deps);
      expect(await archivedAt(finished)).toEqual(expect.any(String));
    });
    await own.shiftClock('3000 days');
    await archiveFinished(own.deps);
    expect(await archivedAt(open)).toBeNull();
    expect(await readBooks(own.db, open)).toMatchObject({ rows: { pending: 1, success: 1 } });
    await own.stop();
  });

  it('is never archived where such are kept for ever', async () => {
    const forever = await startTestServer({ keepFinishedS: null });
    const ownFleet = await makeDeviceFleet(forever, 'Forever');
    const device = await ownFleet.joinDevice();
    const id = await ownFleet.deployTo([device]);
    await end(device, id);
    await forever.shiftClock('3000 days');
    await archiveFinished(forever.deps);
    const { body } = await forever.request('GET', `${ownFleet.path}/deployments/${id}`);
    expect(body).toMatchObject({ finished_at: expect.any(String), archived_at: null });
    await forever.stop();
  });
});

describe('an archived deployment', () => {
  it('stays with its counts and its audit events, in the list too, and loses rows, outputs and secrets', async () => {
    const devices = await joinDevices(3);
    const flow = `flows:
  secretive:
    inputs: { password: { secret: true } }
    steps: [{ name: sign in, run: 'signin "\${{ inputs.password }}"' }]
`;
    const id = await fleet.deployTo(devices, { flow, parameters: { password: 'hush' } });
    await end(devices[0], id, 'success');
    await end(devices[1], id, 'failed');
    await server.request('POST', `${fleet.path}/deployments/${id}/abort`);
    const output = await outputFolder(id, devices[0]);
    expect(await server.deps.blobs.list(output)).toHaveLength(1);
    const before = await show(id);
    const events = async () => (await server.request('GET', `/api/v2/audit-events?limit=200`)).body;
    const audited = JSON.stringify(await events()).split(id).length;
    expect(audited).toBeGreaterThan(1);

    await archive(id);
    const archived_at = expect.stringMatching(/^\d{4}-/);
    const after = { ...before.body, state: 'archived', archived_at, finished_at: expect.any(String) };
    expect((await show(id)).body).toEqual(after);
    expect((await show(id)).body.counts).toMatchObject({ success: 1, failed: 1, aborted: 1 });
    const listed = await server.request('GET', `${fleet.path}/deployments?limit=200`);
    expect(listed.body.items).toContainEqual(after);
    expect(await left(id)).toEqual({ updates: 0, steps: 0, secrets: null, removed_to_device_id: null });
    expect(await server.deps.blobs.list(`output/${id}`)).toEqual([]);
    expect(JSON.stringify(await events()).split(id).length).toBe(audited);
  });

  it('says when it was archived to who asks for its updates, and refuses to be tried again or aborted', async () => {
    const [device] = await joinDevices(1);
    const id = await finish([device], 'failed');
    await archive(id);
    const { archived_at: archivedAt } = (await show(id)).body;
    const path = `${fleet.path}/deployments/${id}`;
    const refusal = {
      status: 409,
      body: { code: 'wrong_state', error_message: expect.stringContaining(`${id} was archived at ${archivedAt}`) },
    };
    for (const asked of ['', `/${device.id}`, `/${device.id}/why`, `/${device.id}/log`]) {
      expect(await server.request('GET', `${path}/updates${asked}`)).toMatchObject(refusal);
    }
    expect(await server.request('POST', `${path}/retry`)).toMatchObject(refusal);
    const finished = {
      status: 409,
      body: { code: 'wrong_state', error_message: expect.stringContaining('is finished') },
    };
    for (const which of ['abort', `updates/${device.id}/abort`, 'pause', 'resume']) {
      expect(await server.request('POST', `${path}/${which}`)).toMatchObject({ status: finished.status });
    }
    expect(await server.request('POST', `${path}/abort`)).toMatchObject(finished);
    expect(await server.request('POST', `${path}/updates/${device.id}/abort`)).toMatchObject(finished);
  });

  it('is followed as any finished one: its counts come first', async () => {
    const [device] = await joinDevices(1);
    const id = await finish([device]);
    await archive(id);
    const events = await followEvents(server, `${fleet.path}/deployments/${id}/events`);
    expect(await events.wait(({ name }) => name === 'counts')).toMatchObject({
      data: { deployment_id: id, counts: { success: 1 }, finished_at: expect.any(String) },
    });
    events.close();
  });

  it.each(['is', 'is_not'])(
    'is refused by name in every filter that asks whether a device %s part of it',
    async (operand) => {
      const [device] = await joinDevices(1);
      const id = await finish([device]);
      await archive(id);
      const filters = [
        { type: 'device_state', operand: 'is', value: 'online' },
        { type: 'deployment', operand, value: 'success', deployment_id: id },
      ];
      const flow = { flow_uuid: (await show(id)).body.flow.id };
      const project = { name: 'Archive' };
      const door = { user_token: server.owner.token, flow_id: flow.flow_uuid };
      const v2 = { device_filter: { filters }, deployment_configuration: flow };
      const asked: [string, string, Record<string, unknown>][] = [
        [`${fleet.path}/deployments`, 'device_filter', v2],
        [`${fleet.path}/deployments`, 'device_filter', { ...v2, dry_run: true }],
        [`${fleet.path}/device-filter/preview`, 'device_filter', { device_filter: { filters } }],
        [`${fleet.path}/device-filter/explain`, 'device_filter', { device_id: device.id, device_filter: { filters } }],
        [
          '/v1/deploy_update',
          'devices_filter',
          { ...door, devices_filter: { project, groups: [], filters }, metadata: {} },
        ],
        ['/v2/deploy_update', 'devices_filter', { ...door, devices_filter: { project, groups: [], filters } }],
      ];
      for (const [path, field, body] of asked) {
        expect(
          await server.request('POST', path, { body, ...(path.startsWith('/v') && { token: null }) }),
        ).toMatchObject({
          status: 400,
          body: {
            code: 'invalid_request',
            field: `${field}.filters[1].deployment_id`,
            error_message: expect.stringContaining(`${id} was archived at `),
          },
        });
      }
    },
  );

  it('does not keep an artifact from being deleted', async () => {
    const [device] = await joinDevices(1);
    const flow = `flows:
  placing:
    steps: [{ name: files, uses: tideway/files, with: { artifact: old.bin, path: /opt/old } }]
`;
    const artifact = `${fleet.path}/artifacts/old.bin`;
    await server.request('PUT', artifact, { body: 'bytes' });
    const id = await fleet.deployTo([device], { flow });
    expect(await server.request('DELETE', artifact)).toMatchObject({ status: 409 });
    await end(device, id);
    await archive(id);
    expect(await server.request('DELETE', artifact)).toMatchObject({ status: 204 });
    expect((await show(id)).status).toBe(200);
  });
});

describe('a device whose update was archived', () => {
  it('is told that it is unknown when it reports, and begins nothing again', async () => {
    const [device] = await joinDevices(1);
    const id = await finish([device], 'failed');
    await archive(id);
    const before = await show(id);
    for (const event of ['succeeded', 'step_started', 'stopped'] as const) {
      expect(await device.report({ update_id: id, seq: 9, event, step: event === 'step_started' ? 0 : null })).toBe(
        'unknown',
      );
    }
    const log = { type: 'log', update_id: id, attempt: 1, offset: 0, text: 'late' } as const;
    expect((await device.say(log))[0]).toMatchObject({ type: 'refused', code: 'not_found' });
    expect(await device.next()).toBeNull();
    expect(await left(id)).toMatchObject({ updates: 0, steps: 0 });
    expect(await show(id)).toMatchObject({ body: before.body });
    expect(await server.deps.blobs.list(`output/${id}`)).toEqual([]);
  });

  it('has its last status as before in filters, until there is a newer one, and lists the rest of its updates', async () => {
    const [kept, gone, renewed] = await joinDevices(3);
    const older = await finish([kept], 'success');
    const newer = await finish([kept, gone, renewed], 'failed');
    const before = await lastFailed();
    expect(before).toEqual(expect.arrayContaining([kept.id, gone.id, renewed.id]));
    await archive(newer);
    expect(await lastFailed()).toEqual(before);
    await archive(older);
    expect(await lastFailed()).toEqual(before);

    const newest = await finish([renewed], 'success');
    expect(await lastFailed()).toEqual(before.filter((id) => id !== renewed.id));
    const ofDevice = await server.request('GET', `${fleet.path}/devices/${renewed.id}/updates`);
    expect(ofDevice.body.items.map((update: { deployment_id: string }) => update.deployment_id)).toEqual([newest]);
    expect(await server.request('GET', `${fleet.path}/devices/${gone.id}/why`)).toMatchObject({
      status: 200,
      body: { update: null },
    });
  });

  it('keeps its version when an older update says late that it succeeded', async () => {
    const [device] = await joinDevices(1);
    const app = (version: string) => ({ app: { name: 'irrigation', version } });
    const older = await fleet.deployTo([device], app('v1'));
    await end(device, older, 'failed');
    const newer = await fleet.deployTo([device], app('v2'));
    await end(device, newer);
    await archive(newer);
    expect(await device.report({ update_id: older, seq: 9, event: 'succeeded' })).toBe('failed');
    const { body } = await server.request('GET', `${fleet.path}/devices/${device.id}`);
    expect(body.apps).toMatchObject([{ name: 'irrigation', version: 'v2' }]);
  });
});

describe('removing what is archived', () => {
  it('is seen as a whole when it is broken off in the middle, and goes on from there', async () => {
    const devices = await joinDevices(5);
    const id = await finish(devices, 'failed');
    const before = await lastFailed();
    await age(id, async (tx) => {
      const found = await setArchived(tx, keepFinishedS, 100);
      const mine = await lockDeploymentToRemove(tx);
      expect([found.length, mine?.public_id]).toEqual([1, id]);
      const deploymentId = mine?.id ?? 0;
      await removeUpdates(tx, deploymentId, await lockUpdatesToRemove(tx, deploymentId, 2));
      expect(await readBooks(tx, id)).toMatchObject({ rows: { failed: 3 } });
    });
    expect(await server.request('GET', `${fleet.path}/deployments/${id}/updates`)).toMatchObject({ status: 409 });
    const ofLast = await server.request('GET', `${fleet.path}/devices/${devices.at(-1)?.id}/updates`);
    expect(ofLast.body.items).toEqual([]);
    expect(await lastFailed()).toEqual(before);

    await removeAll();
    expect(await left(id)).toMatchObject({ updates: 0, steps: 0, removed_to_device_id: null });
    expect(await lastFailed()).toEqual(before);
    expect(await readBooks(server.db, id)).toMatchObject({ counts: { failed: 5 }, is_finished: true });
  });

  it('leaves the rows where it is broken off after outputs went, and does it again', async () => {
    const devices = await joinDevices(2);
    const id = await finish(devices, 'failed');
    const removing = vi.spyOn(server.deps.blobs, 'removeFolder').mockRejectedValue(new Error('broken off'));
    await age(id, async (tx) => void (await setArchived(tx, keepFinishedS, 100)));
    await eventually(() => expect(archiveFinished(server.deps)).rejects.toThrow('broken off'));
    expect(await left(id)).toMatchObject({ updates: 2, removed_to_device_id: 0 });
    removing.mockRestore();
    await removeAll();
    expect(await left(id)).toMatchObject({ updates: 0, steps: 0, removed_to_device_id: null });
  });

  it('comes back for an update that somebody held', async () => {
    const [first, second] = await joinDevices(2);
    const id = await finish([first, second], 'failed');
    await server.db.transaction().execute(async (holding) => {
      await sql`select from device_update u join device d on d.id = u.device_id
                where d.public_id = ${first.id} for update of u`.execute(holding);
      await age(id, async (tx) => void (await setArchived(tx, keepFinishedS, 100)));
      await eventually(async () => {
        await archiveFinished(server.deps);
        expect(await left(id)).toMatchObject({ updates: 1 });
      });
      expect((await left(id)).removed_to_device_id).not.toBeNull();
    });
    await removeAll();
    expect(await left(id)).toMatchObject({ updates: 0, removed_to_device_id: null });
  });

  it('is done once by two servers at once', async () => {
    const other = await startTestServer({ keepFinishedS }, server);
    const devices = await joinDevices(6);
    const ids = [
      await finish(devices, 'success'),
      await finish(devices.slice(2), 'failed'),
      await finish(devices, 'failed'),
    ];
    const before = await lastFailed();
    await execute(
      server.db,
      sql`update deployment set finished_at = finished_at - interval '40 days' where public_id = any(${ids}::text[])`,
    );
    await eventually(async () => {
      await Promise.all([server, other, server, other].map(({ deps }) => archiveFinished(deps)));
      await Promise.all([server, other, server].map(({ deps }) => removeSomeOfArchived(deps, 2)));
      for (const id of ids) expect(await left(id)).toMatchObject({ updates: 0, removed_to_device_id: null });
    });
    const [first, second, third] = await Promise.all(ids.map((id) => readBooks(server.db, id)));
    expect([first?.counts.success, second?.counts.failed, third?.counts.failed]).toEqual([6, 4, 6]);
    expect(await lastFailed()).toEqual(before);
    const kept = await rows<{ deployment_id: string }>(
      server.db,
      sql`select p.public_id as deployment_id from device_archived_update a join device d on d.id = a.device_id
          join deployment p on p.id = a.deployment_id
          where d.public_id = any(${devices.map(({ id }) => id)}::text[])`,
    );
    expect(kept.map(({ deployment_id }) => deployment_id)).toEqual(devices.map(() => ids[2]));
    await other.stop();
  });

  it('does not begin while an order or a retry names the deployment', async () => {
    const [device] = await joinDevices(1);
    const id = await finish([device], 'failed');
    await server.db.transaction().execute(async (naming) => {
      const origin = await findRetryOrigin(naming, await projectId(), id);
      expect(origin?.archived_at).toBeNull();
      await age(id);
      await archiveFinished(server.deps);
      expect((await show(id)).body.archived_at).toBeNull();
    });
    await archive(id);
  });
});

async function joinDevices<Count extends number>(count: Count): Promise<ScriptedDevices> {
  const joined = await Promise.all(Array.from({ length: count }, () => fleet.joinDevice()));
  return joined as unknown as ScriptedDevices;
}

/** As many as were asked for. */
type ScriptedDevices = [ScriptedDevice, ScriptedDevice, ScriptedDevice, ...ScriptedDevice[]];

/** Deploys to devices, each of which says how it went; gives the deployment's id. */
async function finish(devices: ScriptedDevice[], result: 'success' | 'failed' = 'success'): Promise<string> {
  const id = await fleet.deployTo(devices);
  for (const device of devices) await end(device, id, result);
  return id;
}

async function end(device: ScriptedDevice, id: string, result: 'success' | 'failed' = 'success'): Promise<void> {
  await device.next();
  await device.say({ type: 'log', update_id: id, attempt: 1, offset: 0, text: 'what it did\n' });
  await device.report({ update_id: id, seq: 1, event: 'step_started', step: 0 });
  const failed = { event: 'failed', reason: 'step_failed', step: 0 } as const;
  await device.report({ update_id: id, seq: 2, ...(result === 'success' ? { event: 'succeeded' } : failed) });
}

/** Makes a deployment one that finished long ago, in the transaction in which `work` runs. */
async function age(id: string, work: (tx: Tx) => Promise<void> = async () => {}): Promise<void> {
  await inTransaction(server.db, async (tx) => {
    await sql`update deployment set finished_at = finished_at - interval '40 days' where public_id = ${id}`.execute(tx);
    await work(tx);
  });
}

/** Archives a deployment as if its time had come, and waits until its rows are gone. */
async function archive(id: string): Promise<void> {
  await age(id);
  await removeAll();
  expect(await left(id)).toMatchObject({ updates: 0, removed_to_device_id: null });
  expect((await show(id)).body.archived_at).toEqual(expect.any(String));
}

async function removeAll(): Promise<void> {
  await eventually(async () => {
    await archiveFinished(server.deps);
    const { due } = await oneRow<{ due: number }>(
      server.db,
      sql`select count(*) as due from deployment where removed_to_device_id is not null
            or (archived_at is null and finished_at < tideway_now() - make_interval(secs => ${keepFinishedS}))`,
    );
    expect(due).toBe(0);
  });
}

async function show(id: string): Promise<Answer> {
  return server.request('GET', `${fleet.path}/deployments/${id}`);
}

/** What the tables still have of a deployment. */
async function left(id: string) {
  return oneRow<{ updates: number; steps: number; secrets: Buffer | null; removed_to_device_id: number | null }>(
    server.db,
    sql`select (select count(*) from device_update where deployment_id = d.id) as updates,
               (select count(*) from update_step where deployment_id = d.id) as steps, secrets, removed_to_device_id
        from deployment d where public_id = ${id}`,
  );
}

/** The devices of which a preview says that their last update failed. */
async function lastFailed(): Promise<string[]> {
  const filters = [{ type: 'update_status', operand: 'is', value: 'failed' }];
  const { body } = await server.request('POST', `${fleet.path}/device-filter/preview`, {
    body: { device_filter: { filters } },
  });
  const found = await rows<{ public_id: string }>(
    server.db,
    sql`select public_id from device d where ${conditionSql({ kind: 'last_update', status: 'failed' })} order by id`,
  );
  expect(body.devices).toBe(found.length);
  return found.map((row) => row.public_id);
}

async function outputFolder(id: string, device: ScriptedDevice): Promise<string> {
  const found = await oneRow<{ id: number }>(server.db, sql`select id from device where public_id = ${device.id}`);
  return `output/${id}/${found.id}`;
}

async function projectId(): Promise<number> {
  const { id } = await oneRow<{ id: number }>(server.db, sql`select id from project where key = 'archive'`);
  return id;
}
