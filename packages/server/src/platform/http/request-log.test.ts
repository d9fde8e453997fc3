import { connect } from 'node:net';
import { createLog } from '@tideway/server';
import {
  createDeviceKey,
  eventually,
  followEvents,
  makeDeviceFleet,
  ScriptedDevice,
  startTestServer,
  type TestServer,
} from '@tideway/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let server: TestServer;
let lines: string[];

beforeEach(async () => {
  lines = [];
  const log = createLog('trace', { write: (line) => void lines.push(line) });
  server = await startTestServer({ log });
});

afterEach(() => server.stop());

describe('a request', () => {
  it('keeps the id that its caller gave it, in the answer and in every line about it', async () => {
    const headers = { 'x-request-id': 'pipeline-7:step.3' };
    const answer = await server.request('GET', '/api/v2/projects', { token: null, headers });

    expect(answer.headers.get('x-request-id')).toBe('pipeline-7:step.3');
    await eventually(() => expect(linesOf('pipeline-7:step.3')).toHaveLength(1));
  });

  it.each(['two words', 'x'.repeat(65), ''])('gets an id of ours in the place of %j', async (id) => {
    const answer = await server.request('GET', '/healthz', { headers: { 'x-request-id': id } });

    expect(answer.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it.each(['/nowhere', '/%zz'])('has an id and a line at %s as well', async (path) => {
    const answer = await server.request('GET', path);

    const id = answer.headers.get('x-request-id') ?? '';
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
    await eventually(() => {
      expect(linesOf(id)).toMatchObject([{ level: 30, method: 'GET', route: 'none', status: 404, code: 'not_found' }]);
    });
  });

  it('is logged at info with code and duration where it was refused, at debug where it was not', async () => {
    const refused = await server.request('GET', '/api/v2/greenhouses/devices?limit=5', { token: null });
    const answered = await server.request('GET', '/api/v2/projects?limit=5');
    const [info, debug] = [30, 20];

    await eventually(() => {
      expect(linesOf(idOf(refused))).toEqual([
        {
          level: info,
          time: expect.any(String),
          reqId: idOf(refused),
          method: 'GET',
          route: '/api/v2/:project_key/devices',
          path: '/api/v2/greenhouses/devices',
          status: 401,
          code: 'invalid_token',
          duration_ms: expect.any(Number),
          address: '127.0.0.1',
          msg: 'A request was refused',
        },
      ]);
      expect(linesOf(idOf(answered))).toMatchObject([{ level: debug, status: 200, msg: 'A request was answered' }]);
    });
  });

  it('whose caller goes away in the middle of its body is no bug of ours', async () => {
    const fleet = await makeDeviceFleet(server, 'Breaking');
    const { put } = server.deps.blobs;
    const begun = new Promise<void>((resolve) => {
      server.deps.blobs.put = (...blob) => {
        resolve();
        return put(...blob);
      };
    });
    const head = [
      `PUT ${fleet.path}/artifacts/app.bin HTTP/1.1`,
      'host: 127.0.0.1',
      `authorization: Bearer ${server.owner.token}`,
      'x-request-id: breaks-off',
      'content-length: 500',
    ];
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    socket.write(`${head.join('\r\n')}\r\n\r\nthe beginning`);
    await begun;
    socket.destroy();

    await eventually(() => expect(linesOf('breaks-off')).not.toEqual([]));
    expect(linesOf('breaks-off')).toMatchObject([{ level: 30, msg: 'A request broke off in the middle of its body' }]);
  });

  it('that fails by a bug of ours leaves the error without what it quotes', async () => {
    server.deps.blobs.get = async () => JSON.parse('{"password": hunter2}');
    const fleet = await makeDeviceFleet(server, 'Broken');
    await server.request('PUT', `${fleet.path}/artifacts/app.bin`, { body: 'app' });
    const answer = await server.request('GET', `${fleet.path}/artifacts/app.bin`);

    expect(answer.status).toBe(500);
    await eventually(() => {
      expect(linesOf(idOf(answer))).toMatchObject([
        { level: 50, err: { type: 'SyntaxError', stack: expect.arrayContaining([expect.stringMatching(/^\s+at /)]) } },
        { level: 30, status: 500, code: 'internal' },
      ]);
    });
    expect(lines.join('')).not.toContain('hunter2');
  });
});

describe('the log of a busy server', () => {
  it('holds no secret, wherever in a request it stands', async () => {
    const secrets = await useSecretsEverywhere();
    const last = await server.request('GET', '/healthz');
    await eventually(() => expect(linesOf(idOf(last))).toHaveLength(1));

    const log = lines.join('');
    expect(lines.length).toBeGreaterThan(secrets.length * server.routes.length);
    expect(secrets.filter((secret) => log.includes(secret))).toEqual([]);
  });
});

/** Calls every route with each secret in the places where callers put them, rightly and wrongly. */
async function useSecretsEverywhere(): Promise<string[]> {
  const fleet = await makeDeviceFleet(server, 'Secretive');
  const device = await fleet.joinDevice();
  const { token: accessToken } = await call('POST', '/api/v2/access-tokens', { name: 'a', role: 'admin' });
  const pairingToken = await fleet.createPairingToken();
  const { claim_token: claimToken } = await call('POST', `${fleet.path}/devices`, {
    name: 'registered',
    group: 'Production',
  });
  await new ScriptedDevice(server.url, createDeviceKey()).join(claimToken);
  await fleet.deployTo([device], {
    flow: secretFlow,
    parameters: { key: 'parameter-hunter2' },
    configuration: { wifi: 'configured-hunter3' },
  });
  await device.next();
  const secrets = [
    ...[server.owner.token, accessToken, pairingToken, claimToken, device.ticket],
    ...['twu_Guessed-Token', 'a password in a body', 'parameter-hunter2', 'configured-hunter3', 'no token of ours'],
  ];
  for (const secret of secrets) {
    for (const route of server.routes) {
      const path = route.path.replace(':project_key', 'secretive').replaceAll(/:[a-z_0-9]+|\*/g, 'some-id');
      const body = { user_token: secret, token: secret, password: secret, parameters_mapping: { key: secret } };
      const { method } = route;
      const isRead = method === 'GET' || route.path.includes('access-tokens');
      const query = `?token=${encodeURIComponent(secret)}`;
      const token = secret.replaceAll(' ', '+');
      const headers = { cookie: `session=${secret}`, 'x-api-key': secret };
      if (route.streams === 'text/event-stream') {
        const events = await followEvents(server, path + query, { token, headers });
        events.close();
        continue;
      }
      await server.request(method, path + query, { token, headers, ...(!isRead && { body }) });
      if (!isRead) await server.request(method, path, { body: `{"password":"${secret}` });
    }
  }
  return secrets;
}

const secretFlow = `flows:
  secretive:
    inputs: { key: { secret: true } }
    steps: [{ name: use, run: 'test -n "\${{ inputs.key }}"' }]
`;

async function call(method: string, path: string, body: unknown) {
  const answer = await server.request(method, path, { body });
  expect(answer.status).toBe(201);
  return answer.body;
}

function idOf({ headers }: { headers: Headers }): string {
  return headers.get('x-request-id') ?? '';
}

function linesOf(id: string): Record<string, unknown>[] {
  return lines.map((line) => JSON.parse(line)).filter(({ reqId }) => reqId === id);
}
