import { request as httpRequest, type IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import {
  createTokenOf,
  type DeviceFleet,
  eventually,
  makeDeviceFleet,
  ScriptedDevice,
  startTestServer,
  type TestServer,
} from '@tideway/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { createTicket } from '../../device-channel/ticket.ts';
import type { Settings } from '../deps.ts';
import { defaultLimits, type Limits } from './limits.ts';

const unlimited = { perS: 0, burst: 1 };
/** So slow that nothing is let in again while a test runs. */
const slow = 0.001;
let server: TestServer;

async function startLimited(limits: Partial<Limits>, settings: Partial<Settings> = {}): Promise<TestServer> {
  const rates = { tokenCalls: unlimited, deviceMessages: unlimited, failedAuthentications: unlimited };
  server = await startTestServer({ ...settings, limits: { ...defaultLimits, ...rates, ...limits } });
  return server;
}

afterEach(() => server.stop());

describe('an access token that calls too often', () => {
  it('is refused with the time to wait, and others are not', async () => {
    await startLimited({ tokenCalls: { perS: slow, burst: 5 } });
    const other = await createTokenOf(server, 'viewer');
    const calls = [];
    for (let count = 0; count < 5; count += 1) calls.push(await server.request('GET', '/api/v2/projects'));

    expect(calls.map(({ status }) => status)).toEqual([200, 200, 200, 200, 429]);
    expect(calls.at(-1)?.body).toEqual({
      code: 'rate_limited',
      error_message: 'Too many calls with this access token: try again after 60 s',
    });
    expect(calls.at(-1)?.headers.get('retry-after')).toBe('60');
    expect((await server.request('GET', '/api/v2/projects', { token: other })).status).toBe(200);
    const order = { user_token: server.owner.token, ...someOrder };
    expect((await server.request('POST', '/v2/deploy_update', { token: null, body: order })).status).toBe(429);
  });

  it('is let in again', async () => {
    await startLimited({ tokenCalls: { perS: 20, burst: 1 } });
    await server.request('GET', '/api/v2/projects');
    await eventually(async () => expect((await server.request('GET', '/api/v2/projects')).status).toBe(200));
  });
});

describe('a device that says too much', () => {
  it('is refused with the time to wait, and others are heard', async () => {
    await startLimited({ deviceMessages: { perS: slow, burst: 20 } });
    const fleet = await makeDeviceFleet(server, 'Talking');
    const [talker, other] = [await fleet.joinDevice(), await fleet.joinDevice()];
    const many = await talker.post('/device/v1/messages', { messages: Array(20).fill({ type: 'next' }) });
    const more = await talker.post('/device/v1/messages', { messages: [] });

    expect(many.status).toBe(200);
    expect([more.status, more.body.code, more.headers.get('retry-after')]).toEqual([429, 'rate_limited', '60']);
    expect((await talker.fetchArtifact('0'.repeat(64))).status).toBe(429);
    expect(await other.next()).toBeNull();
  });

  it('is heard more slowly over a channel and loses nothing, while others are heard at once', async () => {
    await startLimited({ deviceMessages: { perS: 5, burst: 5 } });
    const fleet = await makeDeviceFleet(server, 'Chatting');
    const [talker, other] = [await fleet.joinDevice(), await fleet.joinDevice()];
    const begunMs = performance.now();
    const channel = await talker.openChannel();
    let answered = 0;
    const talking = Promise.all(
      Array.from({ length: 25 }, async () => {
        await channel.sendFrame('{"messages":[]}');
        answered += 1;
      }),
    );
    await (await other.openChannel()).say({ type: 'next' });
    const answeredMeanwhile = answered;
    await talking;

    expect(answeredMeanwhile).toBeLessThan(25);
    // Opening the channel was one call, and four frames were let through at once.
    expect(performance.now() - begunMs).toBeGreaterThan((20 / 5) * 1000);
  });
});

describe('an address from which too much fails to authenticate', () => {
  it('waits before the next attempt, while callers that are known by a good token go on', async () => {
    await startLimited({ failedAuthentications: { perS: slow, burst: 3 } });
    const unused = await createTokenOf(server, 'viewer');
    const guess = async () => (await server.request('GET', '/api/v2/projects', { token: 'twu_guessed' })).status;

    expect([await guess(), await guess(), await guess(), await guess()]).toEqual([401, 401, 401, 429]);
    expect((await server.request('GET', '/api/v2/projects', { token: unused })).status).toBe(429);
    expect((await server.request('GET', '/api/v2/projects')).status).toBe(200);
  });

  it('is known by attempts to join, to open a session and with forged tickets as well', async () => {
    await startLimited({ failedAuthentications: { perS: slow, burst: 3 } });
    const fleet = await makeDeviceFleet(server, 'Forging');
    const device = await fleet.joinDevice();
    const wrong = { signature: Buffer.alloc(64).toString('base64url') };
    const attempts = [
      () => server.request('GET', '/device/v1/channel', { token: 'forged' }),
      () => new ScriptedDevice(server.url).join('twp_guessed'),
      () => device.openSession(undefined, wrong),
      () => device.openSession(),
    ];
    const statuses = [];
    for (const attempt of attempts) statuses.push((await attempt()).status);

    expect(statuses).toEqual([401, 401, 401, 429]);
    expect(await device.next()).toBeNull();
  });

  it('is the one that a trusted proxy names, at the door of channels as well, and nobody else is believed', async () => {
    await startLimited({ failedAuthentications: { perS: slow, burst: 1 } }, { trustedProxies: ['127.0.0.1'] });
    const guessFrom = async (address: string) => {
      const headers = { 'x-forwarded-for': address };
      return (await server.request('GET', '/api/v2/projects', { token: 'twu_guessed', headers })).status;
    };
    expect([await guessFrom('192.0.2.1'), await guessFrom('192.0.2.1')]).toEqual([401, 429]);
    expect([await guessFrom('192.0.2.2'), await guessFrom('192.0.2.1, 192.0.2.3')]).toEqual([401, 401]);
    expect([await upgradeFrom('192.0.2.1'), await upgradeFrom('192.0.2.4')]).toEqual([429, 401]);
    await server.stop();

    await startLimited({ failedAuthentications: { perS: slow, burst: 1 } });
    expect([await guessFrom('192.0.2.1'), await guessFrom('192.0.2.2')]).toEqual([401, 429]);
  });

  it('is not one from which devices come back whose tickets have run out', async () => {
    await startLimited({ failedAuthentications: { perS: slow, burst: 1 } });
    const fleet = await makeDeviceFleet(server, 'Sleeping');
    const device = await fleet.joinDevice();
    const longAgo = Date.now() - 7_200_000;
    const { ticketKey } = server.deps.installation;
    const token = createTicket(ticketKey, { id: 1, session: 1 }, longAgo);
    const call = async () => (await server.request('GET', '/device/v1/channel', { token })).status;

    expect([await call(), await call(), await call()]).toEqual([401, 401, 401]);
    expect((await device.openSession()).status).toBe(200);
  });
});

describe('a server with as many requests as it takes', () => {
  it('refuses more before their bodies are read, and still says how it feels', async () => {
    await startLimited({ requestsAtOnce: 2 });
    const { path } = await makeDeviceFleet(server, 'Busy');
    const uploads = [openUpload(`${path}/artifacts/one`), openUpload(`${path}/artifacts/two`)];
    await eventually(async () => expect(await metric('tideway_http_requests_open')).toBe(2));
    // Its body never ends: it can only be answered unread.
    const third = openUpload(`${path}/artifacts/three`);
    const refused = await third.answer;

    expect(refused.statusCode).toBe(503);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThanOrEqual(1);
    expect((await server.request('GET', '/healthz')).status).toBe(200);
    third.body.end();
    for (const { body } of uploads) body.end('done');
    expect(await Promise.all(uploads.map(async ({ answer }) => (await answer).statusCode))).toEqual([201, 201]);
    expect((await server.request('GET', '/api/v2/projects')).status).toBe(200);
  });
});

describe('a server with as many downloads as it gives at once', () => {
  it('sends others away to come back at different times, and takes them when one has ended', async () => {
    await startLimited({ downloadsAtOnce: 1 });
    const { path } = await makeDeviceFleet(server, 'Heavy');
    await upload(path, 'big.bin', 32 * 1024 * 1024);
    const reading = await begin('GET', `${path}/artifacts/big.bin`).answer;
    const others = [];
    for (let count = 0; count < 20; count += 1) others.push(await server.request('GET', `${path}/artifacts/big.bin`));

    expect(new Set(others.map(({ status, body }) => `${status} ${body.code}`))).toEqual(new Set(['503 unavailable']));
    const waits = others.map(({ headers }) => Number(headers.get('retry-after')));
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(5);
    expect(Math.max(...waits)).toBeLessThanOrEqual(30);
    expect(new Set(waits).size).toBeGreaterThan(1);
    expect((await server.request('GET', `${path}/artifacts`)).status).toBe(200);

    reading.destroy();
    await eventually(async () => expect((await server.request('GET', `${path}/artifacts/big.bin`)).status).toBe(200));
    await eventually(async () => expect(await metric('tideway_downloads_open')).toBe(0));
  });
});

const someOrder = {
  flow_id: 'f-1',
  devices_filter: { project: { name: 'Busy' }, groups: [], filters: [] },
};

async function upload(path: DeviceFleet['path'], name: string, size: number): Promise<void> {
  const { status } = await server.request('PUT', `${path}/artifacts/${name}`, { body: new Uint8Array(size) });
  expect(status).toBe(201);
}

/** The value of a metric without labels. */
async function metric(name: string): Promise<number> {
  const text = await server.deps.metrics.text();
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
}

/** The status with which a channel is refused that a forged ticket asks for. */
async function upgradeFrom(address: string): Promise<number | undefined> {
  const request = httpRequest(`${server.url}/device/v1/channel`, {
    headers: {
      connection: 'upgrade',
      upgrade: 'websocket',
      'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
      'sec-websocket-version': '13',
      authorization: 'Bearer forged',
      'x-forwarded-for': address,
    },
  });
  request.end();
  const answer = await new Promise<IncomingMessage>((resolve) => request.once('response', resolve));
  return answer.resume().statusCode;
}

/** An upload whose body goes on until it is ended. */
function openUpload(path: string): { answer: Promise<IncomingMessage>; body: PassThrough } {
  const { answer, request } = begin('PUT', path);
  const body = new PassThrough();
  body.pipe(request);
  body.write('begun');
  return { answer, body };
}

function begin(method: string, path: string) {
  const request = httpRequest(server.url + path, {
    method,
    headers: { authorization: `Bearer ${server.owner.token}`, 'content-type': 'application/octet-stream' },
  });
  const answer = new Promise<IncomingMessage>((resolve, reject) => {
    request.once('response', (response) => {
      if (method !== 'GET') response.resume();
      resolve(response);
    });
    request.once('error', reject);
  });
  if (method === 'GET') request.end();
  return { request, answer };
}
