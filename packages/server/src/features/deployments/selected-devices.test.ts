import {
  type DeviceFleet,
  makeDeviceFleet,
  makeGreenhouses,
  ScriptedDevice,
  startTestServer,
  type TestServer,
} from '@tideway/testkit';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { execute, rows } from '../../platform/database/database.ts';
import { readBooks } from './testing/read-books.ts';

let server: TestServer;
let houses: string;
let fleet: DeviceFleet;

beforeAll(async () => {
  server = await startTestServer();
  houses = (await makeGreenhouses(server)).path;
  fleet = await makeDeviceFleet(server, 'Many');
  for (const name of ['wet', 'dry']) await fleet.call('POST', '/tags', { name });
  await fleet.call('POST', '/groups', { name: 'Attic' });
});

afterAll(() => server.stop());

describe('a search with a whole filter', () => {
  const filter = (type: string, operand: string, value: string, more = {}) => ({ type, operand, value, ...more });

  it.each([
    [{}, [1, 2, 3, 4, 5]],
    [{ device_filter: { groups: [{ name: 'South' }] } }, [3, 4]],
    [{ device_filter: { filters: [filter('tag', 'is_not', 'humid')] } }, [4]],
    [{ device_filter: { filters: [filter('app', 'is', 'irrigation', { app_version: 'v3.2' })] } }, [3]],
    [{ device_filter: { filters: [filter('deployment', 'is', 'failed', { deployment_id: 'dp-3fk8-2mw0' })] } }, [1, 2]],
    [{ device_ids: ['d-91c4-07dd', 'd-91c4-07aa'], device_filter: { groups: [{ name: 'South' }] } }, [4]],
  ])('%j finds %j', async (body, numbers) => {
    const { status, body: found } = await post(`${houses}/devices/search`, body);
    expect(status).toBe(200);
    expect(found.items.map(({ name }: { name: string }) => name)).toEqual(numbers.map((number) => `pump-${number}`));
    expect(found.next).toBeNull();
  });

  it('comes in pages without gaps and repeats, as every list of devices', async () => {
    const whole = await server.request('GET', `${houses}/devices`);
    const found: unknown[] = [];
    for (let after: string | null = null; ; ) {
      const { body } = await post(`${houses}/devices/search`, { limit: 2, ...(after && { after }) });
      found.push(...body.items);
      after = body.next;
      if (after === null) break;
    }
    expect(found).toEqual(whole.body.items);
  });

  it.each([
    [{ device_filter: { groups: [{ name: 'Nowhere' }] } }, 'unknown_group', 'device_filter.groups[0].name'],
    [{ device_ids: ['d-0000-0000'] }, 'unknown_device', 'device_ids[0]'],
    [{ limit: 0 }, 'invalid_request', 'limit'],
    [{ after: 'the last' }, 'invalid_request', 'after'],
    [{ add_tags: ['wet'] }, 'invalid_request', 'add_tags'],
  ])('refuses %j', async (body, code, field) => {
    expect(await post(`${houses}/devices/search`, body)).toMatchObject({ status: 400, body: { code, field } });
  });
});

describe('a change of many devices', () => {
  it('tags, groups and holds back those that are selected, and notes each in the audit log', async () => {
    const [one, two, other] = [await fleet.joinDevice(), await fleet.joinDevice(), await fleet.joinDevice()];
    const device_ids = [one.id, two.id];
    const changes = { add_tags: ['wet', 'dry'], group: 'Attic', update_trigger: 'on' };
    expect(await bulk({ device_ids, ...changes })).toMatchObject({ status: 200, body: { devices: 2 } });
    for (const { id } of [one, two]) {
      expect(await read(id)).toMatchObject({ tags: ['dry', 'wet'], group: 'Attic', update_trigger: 'on' });
    }
    expect(await read(other.id)).toMatchObject({ tags: [], group: 'Production', update_trigger: 'off' });

    const inAttic = { groups: [{ name: 'Attic' }] };
    expect(await bulk({ device_filter: inAttic, remove_tags: ['wet'] })).toMatchObject({ body: { devices: 2 } });
    expect(await read(one.id)).toMatchObject({ tags: ['dry'], group: 'Attic', update_trigger: 'on' });
    const noted = await rows<{ target: string; before: unknown; after: unknown }>(
      server.db,
      sql`select target, before, after from audit_event
          where action = 'device.changed' and target = ${one.id} order by id`,
    );
    expect(noted).toMatchObject([
      { before: { tags: [], group: 'Production', update_trigger: 'off' }, after: changes },
      { before: { tags: ['dry', 'wet'] }, after: { remove_tags: ['wet'] } },
    ]);
  });

  it('lets connected devices go on once their update trigger is off', async () => {
    const device = await fleet.joinDevice();
    await bulk({ device_ids: [device.id], update_trigger: 'on' });
    const id = await fleet.deployTo([device]);
    expect(await device.next()).toBeNull();
    const channel = await device.openChannel();
    await bulk({ device_ids: [device.id], update_trigger: 'off' });
    await channel.woken();
    expect(await device.next()).toMatchObject({ update_id: id });
    await channel.close();
  });

  it('approves those that await it, beside what else is changed, and notes each in the audit log', async () => {
    const [first, second, third] = [
      await joinAwaiting('new-1'),
      await joinAwaiting('new-2'),
      await joinAwaiting('new-3'),
    ];
    const both = { device_ids: [first.id, second.id], approve: true, add_tags: ['dry'] };
    expect(await bulk(both)).toMatchObject({ body: { devices: 2 } });
    for (const { id } of [first, second]) {
      expect(await read(id)).toMatchObject({ needs_approval: false, tags: ['dry'] });
    }
    expect(await read(third.id)).toMatchObject({ needs_approval: true, tags: [] });
    expect(await bulk({ device_ids: [first.id, third.id], approve: true })).toMatchObject({ body: { devices: 2 } });
    expect(await read(third.id)).toMatchObject({ needs_approval: false });
    const noted = await rows<{ action: string; target: string }>(
      server.db,
      sql`select action, target from audit_event
          where target = any(${[first.id, second.id, third.id]}) and action <> 'device.joined' order by id`,
    );
    expect(noted.map(({ action, target }) => [action, target])).toEqual([
      ['device.approved', first.id],
      ['device.approved', second.id],
      ['device.changed', first.id],
      ['device.changed', second.id],
      ['device.approved', third.id],
    ]);
  });

  it('lets a device in that is connected and awaits approval, and keeps one held that may be a copy', async () => {
    const [device, copy] = [await joinAwaiting('new-4'), await joinAwaiting('new-5')];
    await execute(server.db, sql`update device set held_at = tideway_now() where public_id = ${copy.id}`);
    const channel = await device.openChannel();
    await bulk({ device_ids: [device.id, copy.id], approve: true });
    await channel.woken();
    expect(await read(device.id)).toMatchObject({ needs_approval: false, held: false });
    expect(await read(copy.id)).toMatchObject({ needs_approval: false, held: true });
    await channel.close();
  });

  it('deletes them, ends their open updates, and keeps the counts true', async () => {
    const devices = [await fleet.joinDevice(), await fleet.joinDevice(), await fleet.joinDevice()];
    const [first, second, last] = devices.map(({ id }) => id);
    const deployments = [await fleet.deployTo(devices), await fleet.deployTo(devices)];
    await devices[0]?.next();
    expect(await bulk({ device_ids: [first, second], delete: true })).toMatchObject({ body: { devices: 2 } });
    for (const id of deployments) {
      expect(await readBooks(server.db, id)).toMatchObject({ rows: { aborted: 2, pending: 1 }, is_finished: false });
      expect(await readBooks(server.db, id)).toMatchObject({ counts: { aborted: 2, pending: 1, in_progress: 0 } });
      const { body } = await server.request('GET', `${fleet.path}/deployments/${id}/updates?reason=device_deleted`);
      expect(body.items.map(({ device }: { device: { id: string } }) => device.id)).toEqual([first, second]);
    }
    expect(await server.request('GET', `${fleet.path}/devices/${first}`)).toMatchObject({ status: 404 });
    expect(await server.request('GET', `${fleet.path}/devices/${last}`)).toMatchObject({ status: 200 });
    await bulk({ device_ids: [last], delete: true });
    for (const id of deployments) expect(await readBooks(server.db, id)).toMatchObject({ is_finished: true });
  });

  it('of none is none, and changes nothing', async () => {
    const body = { device_filter: { filters: [{ type: 'tag', operand: 'is', value: 'wet' }] }, delete: true };
    expect(await bulk(body)).toMatchObject({ status: 200, body: { devices: 0 } });
  });

  it.each([
    [{ add_tags: ['wet'] }, 'device_filter'],
    [{ device_filter: {} }, undefined],
    [{ device_filter: {}, delete: true, group: 'Attic' }, 'group'],
    [{ device_filter: {}, delete: true, approve: true }, 'approve'],
    [{ device_filter: {}, delete: false }, 'delete'],
    [{ device_filter: {}, approve: false }, 'approve'],
    [{ device_filter: {}, add_tags: ['wet'], remove_tags: ['dry', 'wet'] }, 'remove_tags[1]'],
    [{ device_filter: {}, add_tags: [] }, 'add_tags'],
    [{ device_filter: {}, update_trigger: 'open' }, 'update_trigger'],
    [{ device_filter: {}, tags: ['wet'] }, 'tags'],
  ])('refuses %j', async (body, field) => {
    const { status, body: refusal } = await bulk(body);
    expect([status, refusal.code, refusal.field]).toEqual([400, 'invalid_request', field]);
  });

  it('is of all devices or of none: what does not exist is refused, and nothing is kept', async () => {
    const { id } = await fleet.joinDevice();
    const before = await read(id);
    for (const [body, code, field] of [
      [{ device_ids: [id, 'd-0000-0000'], group: 'Attic' }, 'unknown_device', 'device_ids[1]'],
      [{ device_ids: [id], group: 'Cellar', add_tags: ['wet'] }, 'unknown_group', 'group'],
      [{ device_ids: [id], group: 'Attic', add_tags: ['wet', 'damp'] }, 'unknown_tag', 'add_tags[1]'],
      [{ device_ids: [id], group: 'Attic', remove_tags: ['damp'] }, 'unknown_tag', 'remove_tags[0]'],
    ] as const) {
      expect(await bulk(body)).toMatchObject({ status: 400, body: { code, field } });
    }
    expect(await read(id)).toEqual(before);
  });

  it('of more than ten thousand devices is refused, and of ten thousand is made', async () => {
    const crowd = await makeDeviceFleet(server, 'Crowd');
    await crowd.call('POST', '/tags', { name: 'seen' });
    const add = (from: number, to: number) =>
      execute(
        server.db,
        sql`insert into device (project_id, public_id, name, group_id)
            select p.id, 'crowd-' || n, 'crowd ' || n, g.id
            from project p join device_group g on g.project_id = p.id, generate_series(${from}::integer, ${to}::integer) n
            where p.key = 'crowd' and g.name = 'Production'`,
      );
    await add(1, 10_001);
    const tagging = { device_filter: {}, add_tags: ['seen'] };
    expect(await post(`${crowd.path}/devices/bulk`, tagging)).toMatchObject({
      status: 413,
      body: { code: 'too_large', field: 'device_filter' },
    });
    await crowd.call('DELETE', '/devices/crowd-7');
    expect(await post(`${crowd.path}/devices/bulk`, tagging)).toMatchObject({ status: 200, body: { devices: 10_000 } });
    const deletion = { device_filter: { filters: [{ type: 'tag', operand: 'is', value: 'seen' }] }, delete: true };
    expect(await post(`${crowd.path}/devices/bulk`, deletion)).toMatchObject({ body: { devices: 10_000 } });
    expect((await server.request('GET', `${crowd.path}/devices`)).body.items).toEqual([]);
  });

  it('needs an operator, and an admin where devices are approved or deleted', async () => {
    const { id } = await fleet.joinDevice();
    const operator = await createOperator();
    const tagging = await server.request('POST', `${fleet.path}/devices/bulk`, {
      body: { device_ids: [id], add_tags: ['wet'] },
      token: operator,
    });
    expect(tagging.status).toBe(200);
    for (const change of ['approve', 'delete']) {
      const refused = await server.request('POST', `${fleet.path}/devices/bulk`, {
        body: { device_ids: [id], [change]: true },
        token: operator,
      });
      expect(refused).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    }
    expect(await read(id)).toMatchObject({ tags: ['wet'] });
  });
});

async function joinAwaiting(name: string): Promise<ScriptedDevice> {
  const device = new ScriptedDevice(server.url);
  await device.join(await fleet.createPairingToken({ needs_approval: true }), { name });
  await device.openSession();
  return device;
}

async function createOperator(): Promise<string> {
  return (await post('/api/v2/access-tokens', { name: 'operator', role: 'operator' })).body.token;
}

async function post(path: string, body: unknown) {
  return server.request('POST', path, { body });
}

async function bulk(body: unknown) {
  return post(`${fleet.path}/devices/bulk`, body);
}

async function read(id: string | undefined): Promise<unknown> {
  return (await server.request('GET', `${fleet.path}/devices/${id}`)).body;
}
