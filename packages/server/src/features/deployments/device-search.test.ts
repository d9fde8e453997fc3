import { type DeviceFleet, makeDeviceFleet, ScriptedDevice, startTestServer, type TestServer } from '@tideway/testkit';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { execute } from '../../platform/database/database.ts';

let server: TestServer;
let fleet: DeviceFleet;

/** Two devices that take part, and one of each kind that somebody has to look at; `held back` is of two kinds. */
beforeAll(async () => {
  server = await startTestServer();
  fleet = await makeDeviceFleet(server, 'Searched');
  await fleet.call('POST', '/tags', { name: 'wet' });
  const one = await fleet.joinDevice('pump one');
  await fleet.joinDevice('pump two');
  const blocked = await fleet.joinDevice('pump blocked');
  const held = await fleet.joinDevice('pump held');
  const approving = await fleet.createPairingToken({ needs_approval: true });
  const waiting = new ScriptedDevice(server.url);
  await waiting.join(approving, { name: 'pump waiting' });
  await fleet.call('POST', '/devices', { name: 'yet to come', group: 'Production', description: '100% pump' });
  for (const { id } of [blocked, held]) await fleet.call('PATCH', `/devices/${id}`, { update_trigger: 'on' });
  for (const { id } of [one, waiting]) await fleet.call('PATCH', `/devices/${id}`, { tags: ['wet'] });
  await execute(server.db, sql`update device set held_at = tideway_now() where public_id = ${held.id}`);
});

afterAll(() => server.stop());

describe('a search among devices', () => {
  const tagged = { device_filter: { filters: [{ type: 'tag', operand: 'is', value: 'wet' }] } };

  it.each([
    [{ attention: 'needs_approval' }, ['pump waiting'], 0],
    [{ attention: 'held' }, ['pump held'], 1],
    [{ attention: 'not_joined' }, ['yet to come'], 1],
    [{ attention: 'blocked' }, ['pump blocked', 'pump held'], 2],
    [{ search: 'PUMP ' }, ['pump one', 'pump two', 'pump blocked', 'pump held', 'pump waiting'], 4],
    [{ search: '0% p' }, ['yet to come'], 1],
    [{ search: ' yet to come ' }, ['yet to come'], 1],
    [{ search: ' to com ' }, [], 0],
    [{ search: '_' }, [], 0],
    [{ search: 'held', attention: 'blocked' }, ['pump held'], 1],
    [tagged, ['pump one', 'pump waiting'], 1],
    [{ ...tagged, search: 'one' }, ['pump one'], 1],
    [{ ...tagged, attention: 'needs_approval' }, ['pump waiting'], 0],
    [{ ...tagged, attention: 'blocked' }, [], 0],
  ])('for %j lists %j, of which an order selects %i', async (body, names, devices) => {
    expect((await search(body)).body.items.map(nameOf)).toEqual(names);
    const previewed = await preview(body);
    expect(previewed).toMatchObject({ status: 200, body: { devices, listed: names.length } });
    expect(previewed.body.sample).toHaveLength(devices);
    const { online, offline } = previewed.body.by_state;
    expect(online + offline).toBe(devices);
    expect(previewed.body.by_group).toEqual(devices === 0 ? [] : [{ name: 'Production', devices }]);
  });

  it('lists each attention in the list of devices as well, with as many as the overview counts', async () => {
    const overview = await fleet.call('GET', '/overview');
    const { devices } = overview as { devices: Record<string, number> };
    for (const attention of ['needs_approval', 'held', 'not_joined', 'blocked']) {
      const list = await server.request('GET', `${fleet.path}/devices?attention=${attention}`);
      expect(list.body).toEqual((await search({ attention })).body);
      expect(list.body.items).toHaveLength(devices[attention] ?? -1);
    }
    const narrowed = await server.request('GET', `${fleet.path}/devices?attention=blocked&search=held`);
    expect(narrowed.body.items.map(nameOf)).toEqual(['pump held']);
  });

  it('comes in pages without gaps and repeats', async () => {
    const whole = await search({ search: 'pump' });
    const found: unknown[] = [];
    for (let after: string | null = null; ; ) {
      const { body } = await search({ search: 'pump', limit: 2, ...(after && { after }) });
      found.push(...body.items);
      after = body.next;
      if (after === null) break;
    }
    expect(found).toEqual(whole.body.items);
  });

  it('tells of each device what asks for attention', async () => {
    const { body } = await search({});
    const shown = body.items.map((device: Record<string, unknown>) => [
      device.name,
      device.needs_approval,
      device.held,
      device.joined_at !== null,
    ]);
    expect(shown).toEqual([
      ['pump one', false, false, true],
      ['pump two', false, false, true],
      ['pump blocked', false, false, true],
      ['pump held', false, true, true],
      ['pump waiting', true, false, true],
      ['yet to come', false, false, false],
    ]);
  });

  it.each([
    [{ search: 7 }, 'search'],
    [{ search: 'x'.repeat(129) }, 'search'],
    [{ search: ['one'] }, 'search'],
    [{ search: null }, 'search'],
    [{ attention: 'offline' }, 'attention'],
    [{ attention: '' }, 'attention'],
    [{ attention: ['held'] }, 'attention'],
    [{ find: 'one' }, 'find'],
  ])('refuses %j', async (body, field) => {
    for (const asked of [search(body), preview(body)]) {
      expect(await asked).toMatchObject({ status: 400, body: { code: 'invalid_request', field } });
    }
  });

  it('has its faults named together with those of the filter', async () => {
    const wrong = { attention: 'none', search: 1, limit: 0, device_filter: { groups: 'North' } };
    const { body } = await search(wrong);
    expect(body.errors.map(({ path }: { path: string }) => path).sort()).toEqual([
      'attention',
      'device_filter.groups',
      'limit',
      'search',
    ]);
  });

  it('is refused in the list of devices where its words are none', async () => {
    for (const [query, field] of [
      ['attention=lost', 'attention'],
      ['attention=held&attention=blocked', 'attention'],
      [`search=${'x'.repeat(129)}`, 'search'],
    ]) {
      const answer = await server.request('GET', `${fleet.path}/devices?${query}`);
      expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_request', field } });
    }
  });

  it('is none of what an explanation and a change of many devices take', async () => {
    const explained = await server.request('POST', `${fleet.path}/device-filter/explain`, {
      body: { device_id: 'd-none-none', search: 'one' },
    });
    const changed = await server.request('POST', `${fleet.path}/devices/bulk`, {
      body: { device_filter: {}, attention: 'held', delete: true },
    });
    expect(explained).toMatchObject({ status: 400, body: { field: 'search' } });
    expect(changed).toMatchObject({ status: 400, body: { field: 'attention' } });
  });
});

const nameOf = ({ name }: { name: string }) => name;

async function search(body: object) {
  return server.request('POST', `${fleet.path}/devices/search`, { body });
}

async function preview(body: object) {
  return server.request('POST', `${fleet.path}/device-filter/preview`, { body });
}
