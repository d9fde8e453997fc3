import {
  createReport,
  type DeviceFleet,
  makeDeviceFleet,
  ScriptedDevice,
  startTestServer,
  type TestServer,
} from '@tideway/testkit';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readBooks } from '../features/deployments/testing/read-books.ts';
import { oneRow } from '../platform/database/database.ts';

let server: TestServer;
let fleet: DeviceFleet;

beforeAll(async () => {
  server = await startTestServer();
  fleet = await makeDeviceFleet(server, 'Channel');
});

afterAll(() => server.stop());

describe('the numbers that a device says of itself', () => {
  it('are shown with the time at which it said them, the last alone', async () => {
    const device = await fleet.joinDevice();
    const shown = () => fleet.call('GET', `/devices/${device.id}`);
    expect(await shown()).toMatchObject({ metrics: null });
    expect(await device.say({ type: 'metrics', values: { load_1m: 0.5, disk_free_bytes: 10 } })).toEqual([]);
    expect(await device.say({ type: 'metrics', values: { disk_free_bytes: 2 ** 40 } })).toEqual([]);
    expect(await shown()).toMatchObject({ metrics: { at: expect.any(String), values: { disk_free_bytes: 2 ** 40 } } });
  });

  it.each([
    [{ 'Disk Free': 1 }, 'must be a name of small letters'],
    [{ load: 'high' }, 'must be a number'],
    [Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`m_${index}`, 1])), 'must have at most 50 entries'],
  ])('are refused where they are none, and what was there stays (%#)', async (values, expected) => {
    const device = await fleet.joinDevice();
    const { status, body } = await device.post('/device/v1/messages', { messages: [{ type: 'metrics', values }] });
    expect([status, body.messages[0]]).toMatchObject([200, { type: 'refused', code: 'invalid_request' }]);
    expect(body.messages[0].message).toContain(expected);
    expect(await fleet.call('GET', `/devices/${device.id}`)).toMatchObject({ metrics: null });
  });
});

describe('a session', () => {
  it('is opened by the signature of the device under a fresh challenge', async () => {
    const device = await fleet.joinDevice();
    const { status, body } = await device.openSession();
    expect(status).toBe(200);
    expect(body).toMatchObject({ expires_in_s: 3600, installation_id: server.deps.installation.publicId });
    expect((await device.post('/device/v1/messages', { messages: [] })).status).toBe(200);
  });

  it('is refused to a wrong signature, to another device, and to a wrong key', async () => {
    const device = await fleet.joinDevice();
    const other = await fleet.joinDevice();
    const codeOf = async (proof: object) => (await device.openSession(undefined, proof)).body.code;
    expect(await codeOf({ signature: 'A'.repeat(86) })).toBe('invalid_token');
    expect(await codeOf({ device_id: other.id })).toBe('invalid_token');
    expect(await codeOf({ public_key: other.key.publicKey })).toBe('invalid_token');
    expect(await codeOf({ device_id: other.id, public_key: other.key.publicKey })).toBe('invalid_token');
    expect(await codeOf({ device_id: 'd-none-none' })).toBe('invalid_token');
  });

  it('is refused under a challenge that is not ours', async () => {
    const device = await fleet.joinDevice();
    const challenge = await device.challenge();
    for (const forged of ['x', `9${challenge}`, challenge.slice(0, -2), device.ticket]) {
      expect((await device.openSession(forged)).body).toMatchObject({ code: 'invalid_request', field: 'challenge' });
    }
  });

  it('is closed to a device that was deleted, and so is its door', async () => {
    const device = await fleet.joinDevice();
    await fleet.call('DELETE', `/devices/${device.id}`);
    const refused = { status: 401, body: { code: 'invalid_token' } };
    expect(await device.post('/device/v1/messages', { messages: [{ type: 'next' }] })).toMatchObject(refused);
    expect(await device.fetchArtifact('a'.repeat(64))).toMatchObject({ status: 404 });
    expect(await device.openSession()).toMatchObject(refused);
  });

  it('is needed to speak', async () => {
    const stranger = new ScriptedDevice(server.url);
    for (const ticket of ['', 'x', server.owner.token, await stranger.challenge()]) {
      stranger.ticket = ticket;
      expect((await stranger.post('/device/v1/messages', { messages: [] })).body.code).toBe('invalid_token');
      expect((await stranger.fetchArtifact('a'.repeat(64))).body.code).toBe('invalid_token');
    }
  });
});

describe('a session', () => {
  it('ends the one before, so that of two machines with the same state one is heard', async () => {
    const device = await fleet.joinDevice();
    const older = await device.openChannel();
    const ended = { ticket: device.ticket };
    const update = await fleet.deployTo([device]);
    await device.openSession();

    expect((await device.next())?.update_id).toBe(update);
    const copy = Object.assign(new ScriptedDevice(server.url, device.key), ended);
    expect(await copy.post('/device/v1/messages', { messages: [{ type: 'next' }] })).toMatchObject({
      status: 401,
      body: { code: 'invalid_token' },
    });
    await expect(copy.openChannel()).rejects.toThrow(/^401/);
    older.socket.send('{"messages":[{"type":"next"}]}');
    expect(await older.ended).toMatchObject({ code: 1008 });
    expect(await device.report({ update_id: update, seq: 1, event: 'succeeded' })).toBe('success');
  });

  it('is the newest one of those that are opened at once', async () => {
    const device = await fleet.joinDevice();
    const opened = await Promise.all(Array.from({ length: 5 }, () => device.openSession()));
    const heard = await Promise.all(
      opened.map(async ({ body }) => {
        const one = Object.assign(new ScriptedDevice(server.url, device.key), { ticket: body.ticket });
        return (await one.post('/device/v1/messages', { messages: [] })).status;
      }),
    );
    expect(heard.toSorted()).toEqual([200, 401, 401, 401, 401]);
  });
});

describe('a contact', () => {
  it('shows the device as online, for three of the intervals that it is told and a minute', async () => {
    const device = await fleet.joinDevice();
    const { body } = await device.post('/device/v1/messages', { messages: [] });
    expect(body.poll_after_s).toBeGreaterThanOrEqual(20);
    expect(body.poll_after_s).toBeLessThanOrEqual(30);
    expect(await stateOf(device)).toBe('online');
    expect(await onlineForS(device)).toBeCloseTo(3 * body.poll_after_s + 60, 3);
  });

  it('is asked for sooner while the device is at an update', async () => {
    const device = await fleet.joinDevice();
    await fleet.deployTo([device]);
    await device.next();
    const { body } = await device.post('/device/v1/messages', { messages: [] });
    expect(body.poll_after_s).toBeLessThanOrEqual(2.4);
    expect(Math.abs((await onlineForS(device)) - (3 * body.poll_after_s + 60))).toBeLessThan(4);
  });

  it('ends the presence of a device that says goodbye', async () => {
    const device = await fleet.joinDevice();
    await device.hello();
    expect(await stateOf(device)).toBe('online');
    await device.say({ type: 'goodbye' });
    expect(await stateOf(device)).toBe('offline');
  });

  it('refuses a message that it does not understand, and answers the others', async () => {
    const device = await fleet.joinDevice();
    const { body } = await device.post('/device/v1/messages', {
      messages: [
        { type: 'from-the-future' },
        7,
        { type: 'report', update_id: 'dp-none' },
        createReport({ update_id: 'dp-none-none', seq: 1, event: 'succeeded' }),
        { type: 'log', update_id: 'dp-none-none', attempt: 1, offset: 0, text: 'hello' },
        { ...createReport({ update_id: 'dp-none-none', seq: 2, event: 'failed' }), unknown_field: true },
      ],
    });
    expect(
      body.messages.map(({ type, index, code, status }: Record<string, unknown>) => [type, index ?? status, code]),
    ).toEqual([
      ['refused', 0, 'invalid_request'],
      ['refused', 1, 'invalid_request'],
      ['refused', 2, 'invalid_request'],
      ['ack', 'unknown', undefined],
      ['refused', 4, 'not_found'],
      ['ack', 'unknown', undefined],
    ]);
    expect(body.messages[0].message).toContain(
      'type must be one of: hello, next, report, log, stopping, metrics, goodbye',
    );
    expect(body.messages[2].message).toContain('attempt is required');
  });

  it('is refused as a whole where it is no list of messages', async () => {
    const device = await fleet.joinDevice();
    expect((await device.post('/device/v1/messages', {})).body.field).toBe('messages');
    expect((await device.post('/device/v1/messages', { messages: Array(201).fill({}) })).body.field).toBe('messages');
  });

  it('takes the longest call that an agent makes, also where JSON escapes every character of it', async () => {
    const device = await fleet.joinDevice();
    const id = await fleet.deployTo([device]);
    await device.next();
    const message = '\u001b'.repeat(2000);
    const reports = Array.from({ length: 150 }, (_, index) =>
      createReport({ update_id: id, seq: index + 1, event: 'step_failed', step: 0, message }),
    );
    const log = { type: 'log', update_id: id, attempt: 1, offset: 0, text: '\u001b'.repeat(64 * 1024) };
    const { status, body } = await device.post('/device/v1/messages', { messages: [...reports, log] });
    expect(status).toBe(200);
    expect(body.messages.at(-2)).toMatchObject({ type: 'ack', seq: 150 });
    expect(body.messages.at(-1)).toMatchObject({ type: 'log_ack', offset: 64 * 1024 });
  });

  it('that is longer than any agent makes is refused', async () => {
    const device = await fleet.joinDevice();
    const answer = await device.post('/device/v1/messages', { messages: ['x'.repeat(4 * 1024 * 1024)] });
    expect(answer).toMatchObject({ status: 413, body: { error_message: 'The body must have at most 4 MiB' } });
  });
});

describe('a hello', () => {
  it('says what the device is, and what differs of its apps is shown as drift', async () => {
    const device = await fleet.joinDevice();
    const apps = [{ name: 'irrigation', version: 'v9' }];
    await device.hello({ agent_version: '1.2.3', os: 'linux', arch: 'arm64', attributes: { 'a\0': 'b\ud800' }, apps });
    const { body } = await server.request('GET', `${fleet.path}/devices/${device.id}`);
    expect(body).toMatchObject({
      agent: { version: '1.2.3', os: 'linux', arch: 'arm64' },
      attributes: { 'a\ufffd': 'b\ufffd' },
      apps: [],
      drift: [{ name: 'irrigation', version: null, reported_version: 'v9' }],
    });
  });

  it('of a restored device gives its update out anew, and what the former attempt says is history', async () => {
    const device = await fleet.joinDevice();
    await device.hello();
    const backup = device.sessionValue;
    for (let times = 0; times < 3; times++) await device.hello();
    await fleet.deployTo([device]);
    const plan = await device.next();
    const said = { update_id: plan?.update_id ?? '' };
    expect(plan?.attempt).toBe(1);
    await device.report({ ...said, seq: 3, event: 'step_started', step: 0 });

    device.sessionValue = backup;
    await device.hello();
    expect((await device.next())?.attempt).toBe(2);
    expect(await device.report({ ...said, seq: 9, event: 'failed', reason: 'step_failed' })).toBe('in_progress');
    expect(await device.report({ ...said, attempt: 2, seq: 1, event: 'succeeded' })).toBe('success');
    expect(await isHeld(device)).toBe(false);
  });

  it('that shows a copy twice within an hour holds the device until a person decides', async () => {
    const device = await fleet.joinDevice();
    await device.hello();
    await device.hello();
    const copy = new ScriptedDevice(server.url, device.key);
    Object.assign(copy, { id: device.id, installationId: device.installationId, sessionValue: device.sessionValue });
    const deployment = await fleet.deployTo([device]);
    for (let times = 0; times < 3; times++) {
      for (const one of [device, copy]) {
        await one.openSession();
        await one.hello();
      }
    }
    expect(await isHeld(device)).toBe(true);
    expect(await copy.next()).toBeNull();
    await device.openSession();
    expect(await device.next()).toBeNull();
    const { body } = await server.request('GET', `${fleet.path}/deployments/${deployment}/updates`);
    expect(body.items[0].waiting_for).toBe('held');
    expect(await readBooks(server.db, deployment)).toMatchObject({ rows: { pending: 1 } });

    await fleet.call('POST', `/devices/${device.id}/approve`);
    expect(await device.next()).not.toBeNull();
  });
});

// Last: the clock of the server only goes forward.
describe('some time later', () => {
  it('a challenge has expired after two minutes', async () => {
    const device = await fleet.joinDevice();
    const challenge = await device.challenge();
    await server.shiftClock('121 seconds');
    expect((await device.openSession(challenge)).body).toMatchObject({ code: 'wrong_state', field: 'challenge' });
    expect((await device.openSession()).status).toBe(200);
  });

  it('a device that has not spoken is offline', async () => {
    const device = await fleet.joinDevice();
    await device.hello();
    await server.shiftClock('10 minutes');
    expect(await stateOf(device)).toBe('offline');
  });

  it('a second restored state does no harm after more than an hour', async () => {
    const device = await fleet.joinDevice();
    await device.hello();
    const backup = device.sessionValue;
    for (let times = 0; times < 3; times++) await device.hello();
    device.sessionValue = backup;
    await device.hello();
    await server.shiftClock('3 hours');
    device.sessionValue = backup;
    await device.hello();
    expect(await isHeld(device)).toBe(false);
  });
});

async function stateOf(device: ScriptedDevice): Promise<string> {
  const { body } = await server.request('GET', `${fleet.path}/devices/${device.id}`);
  return body.state;
}

async function isHeld(device: ScriptedDevice): Promise<boolean> {
  const { body } = await server.request('GET', `${fleet.path}/devices/${device.id}`);
  return body.held;
}

async function onlineForS(device: ScriptedDevice): Promise<number> {
  const { seconds } = await oneRow<{ seconds: number }>(
    server.db,
    sql`select extract(epoch from p.online_until - p.last_contact_at)::float8 as seconds
        from device_presence p join device d on d.id = p.device_id where d.public_id = ${device.id}`,
  );
  return seconds;
}
