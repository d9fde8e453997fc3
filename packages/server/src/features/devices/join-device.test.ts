import {
  createDeviceKey,
  type DeviceFleet,
  makeDeviceFleet,
  ScriptedDevice,
  startTestServer,
  type TestServer,
} from '@tideway/testkit';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { oneRow } from '../../platform/database/database.ts';

let server: TestServer;
let fleet: DeviceFleet;

beforeAll(async () => {
  server = await startTestServer();
  fleet = await makeDeviceFleet(server, 'Joining');
  for (const name of ['North', 'South']) await fleet.call('POST', '/groups', { name });
});

afterAll(() => server.stop());

describe('joining with a pairing token', () => {
  it('makes a device of the project, with the apps that it says, and notes it in the audit log', async () => {
    const token = await fleet.createPairingToken();
    const apps = [
      { name: 'irrigation', version: 'v3.1' },
      { name: 'never heard of', version: '1' },
    ];
    const { status, body } = await new ScriptedDevice(server.url).join(token, { name: 'pump', group: 'South', apps });
    expect(status).toBe(200);
    expect(body).toEqual({
      device_id: expect.stringMatching(/^d-\w{4}-\w{4}$/),
      installation_id: server.deps.installation.publicId,
      name: 'pump',
      needs_approval: false,
    });
    const device = await server.request('GET', `${fleet.path}/devices/${body.device_id}`);
    expect(device.body).toMatchObject({ name: 'pump', group: 'South', apps, drift: [], joined_at: expect.any(String) });
    const audit = await server.request('GET', '/api/v2/audit-events?limit=1');
    expect(audit.body.items[0]).toMatchObject({
      action: 'device.joined',
      actor: `device ${body.device_id}`,
      target: body.device_id,
      project_key: 'joining',
      after: { name: 'pump', apps },
    });
    expect(JSON.stringify(audit.body)).not.toContain(token);
  });

  it('gives a name where none is wished for, and a number where the name is in use', async () => {
    const token = await fleet.createPairingToken();
    const nameless = await new ScriptedDevice(server.url).join(token);
    expect(nameless.body.name).toBe(`device-${nameless.body.device_id}`);

    const joins = Array.from({ length: 12 }, () => new ScriptedDevice(server.url).join(token, { name: 'twin' }));
    const names = (await Promise.all(joins)).map((answer) => answer.body.name);
    expect(names).toContain('twin');
    expect(names).toContain('twin-2');
    expect(new Set(names).size).toBe(12);
    for (const name of names) expect(name).toMatch(/^twin(-\d+)?$/);
  });

  it('puts the device into the group of the token, else the wished one, else Production', async () => {
    const ofNorth = await fleet.createPairingToken({ group: 'North', needs_approval: true });
    const ofNone = await fleet.createPairingToken();
    const groupOf = async (token: string, group: string | null) => {
      const { body } = await new ScriptedDevice(server.url).join(token, { group });
      const device = await server.request('GET', `${fleet.path}/devices/${body.device_id}`);
      return [device.body.group, body.needs_approval, device.body.needs_approval];
    };
    expect(await groupOf(ofNorth, 'South')).toEqual(['North', true, true]);
    expect(await groupOf(ofNone, 'South')).toEqual(['South', false, false]);
    expect(await groupOf(ofNone, null)).toEqual(['Production', false, false]);
    const refused = await new ScriptedDevice(server.url).join(ofNone, { group: 'Nowhere' });
    expect(refused).toMatchObject({ status: 400, body: { code: 'unknown_group', field: 'group' } });
  });

  it('is refused with a token that is used up, expired, revoked or unknown, and says which', async () => {
    const usedUp = await fleet.createPairingToken({ uses: 1 });
    await new ScriptedDevice(server.url).join(usedUp);
    const expired = await fleet.createPairingToken({ expires_at: '2100-01-01T00:00:00Z' });
    await oneRow(
      server.db,
      sql`update pairing_token set expires_at = tideway_now() where expires_at is not null returning id`,
    );
    const revoked = await fleet.createPairingToken();
    const list = await server.request('GET', `${fleet.path}/pairing-tokens`);
    await fleet.call('DELETE', `/pairing-tokens/${list.body.items.at(-1).id}`);

    const messageOf = async (token: string | null) => {
      const { status, body } = await new ScriptedDevice(server.url).join(token);
      return `${status} ${body.code} ${body.field}: ${body.error_message}`;
    };
    expect(await messageOf(usedUp)).toBe('401 invalid_token token: The pairing token is used up');
    expect(await messageOf(expired)).toBe('401 invalid_token token: The pairing token is expired');
    expect(await messageOf(revoked)).toBe('401 invalid_token token: The pairing token is revoked');
    expect(await messageOf('twp_unknown')).toMatch('401 invalid_token token: The token to join with is unknown');
    expect(await messageOf(server.owner.token)).toMatch('401 invalid_token token: The token to join with is unknown');
    expect(await messageOf(null)).toMatch('401 invalid_token token: A pairing token');
  });

  it('lets exactly as many devices join at once as the token has uses', async () => {
    const token = await fleet.createPairingToken({ uses: 3 });
    const joins = Array.from({ length: 10 }, () => new ScriptedDevice(server.url).join(token));
    const statuses = (await Promise.all(joins)).map((answer) => answer.status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(3);
    expect(statuses.filter((status) => status === 401)).toHaveLength(7);
  });

  it('brings the device into the project of the token, whatever other projects there are', async () => {
    const other = await makeDeviceFleet(server, 'Elsewhere');
    const { body } = await new ScriptedDevice(server.url).join(await other.createPairingToken());
    expect((await server.request('GET', `${fleet.path}/devices/${body.device_id}`)).status).toBe(404);
    expect((await server.request('GET', `${other.path}/devices/${body.device_id}`)).status).toBe(200);
    const ofGroup = await new ScriptedDevice(server.url).join(await other.createPairingToken(), { group: 'North' });
    expect(ofGroup.body.code).toBe('unknown_group');
  });

  it('is refused in a deleted project', async () => {
    const gone = await makeDeviceFleet(server, 'Gone');
    const token = await gone.createPairingToken();
    await gone.call('DELETE', '');
    expect((await new ScriptedDevice(server.url).join(token)).body).toMatchObject({ code: 'invalid_token' });
  });

  it('gives the same key the same device again, also at once, and uses the token up once', async () => {
    const device = new ScriptedDevice(server.url);
    const token = await fleet.createPairingToken({ uses: 2 });
    const unlimited = await fleet.createPairingToken();
    const answers = await Promise.all([token, unlimited, token, token].map((one) => device.join(one)));
    expect(new Set(answers.map((answer) => answer.body.device_id)).size).toBe(1);
    expect((await device.join(null)).body.device_id).toBe(device.id);
    const audit = await server.request('GET', '/api/v2/audit-events?limit=20');
    const joinings = audit.body.items.filter(({ target }: { target: string }) => target === device.id);
    expect(joinings).toHaveLength(1);
    expect((await new ScriptedDevice(server.url).join(token)).status).toBe(200);
  });

  it('is refused without proof that the key is the own one, and with a key that is none', async () => {
    const token = await fleet.createPairingToken();
    const key = createDeviceKey();
    const join = async (wishes: object) => (await new ScriptedDevice(server.url, key).join(token, wishes)).body;
    expect(await join({ public_key: createDeviceKey().publicKey })).toMatchObject({ field: 'signature' });
    expect(await join({ signature: 'AAAA' })).toMatchObject({ code: 'invalid_request', field: 'signature' });
    expect(await join({ public_key: 'AAAA' })).toMatchObject({ code: 'invalid_request', field: 'public_key' });
    expect(await join({ public_key: '!' })).toMatchObject({ code: 'invalid_request', field: 'public_key' });
    expect(await join({ name: 'a\0b' })).toMatchObject({ code: 'invalid_request', field: 'name' });
    expect(await join({ name: 'n'.repeat(10_000) })).toMatchObject({ code: 'invalid_request', field: 'name' });
  });
});

describe('a device that was registered before', () => {
  it('is claimed once with its claim token, and again with the same key', async () => {
    const { body: registered } = await server.request('POST', `${fleet.path}/devices`, {
      body: { name: 'claimed', group: 'North', apps: [{ name: 'irrigation', version: 'v1' }] },
    });
    const device = new ScriptedDevice(server.url);
    const apps = [{ name: 'irrigation', version: 'v2' }];
    const joined = await device.join(registered.claim_token, { name: 'another name', group: 'South', apps });
    expect(joined.body).toMatchObject({ device_id: registered.id, name: 'claimed' });
    expect((await device.join(registered.claim_token)).body.device_id).toBe(registered.id);
    expect((await new ScriptedDevice(server.url).join(registered.claim_token)).body.code).toBe('invalid_token');
    const { body } = await server.request('GET', `${fleet.path}/devices/${registered.id}`);
    expect(body).toMatchObject({ name: 'claimed', group: 'North', apps, joined_at: expect.any(String) });
  });

  it('joins without a token where its key is registered', async () => {
    const key = createDeviceKey();
    const { body: registered } = await server.request('POST', `${fleet.path}/devices`, {
      body: { name: 'keyed', group: 'North', public_key: key.publicKey },
    });
    expect(registered.joined_at).toBeNull();
    const device = new ScriptedDevice(server.url, key);
    expect((await device.join(null)).body.device_id).toBe(registered.id);
    expect((await device.openSession()).status).toBe(200);
    const { body } = await server.request('GET', `${fleet.path}/devices/${registered.id}`);
    expect(body.joined_at).not.toBeNull();
  });

  it('leaves its former hardware outside when it gets a new key', async () => {
    const former = await fleet.joinDevice('rekeyed');
    const { body: rekeyed } = await server.request('POST', `${fleet.path}/devices/${former.id}/rekey`);
    const now = new ScriptedDevice(server.url);
    expect((await now.join(rekeyed.claim_token)).body.device_id).toBe(former.id);
    expect((await former.post('/device/v1/messages', { messages: [] })).status).toBe(401);
    expect((await former.openSession()).status).toBe(401);
    await now.openSession();
    await now.hello();
  });
});
