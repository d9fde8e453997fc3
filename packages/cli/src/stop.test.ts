import { request as httpRequest, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually, Stage } from '@tideway/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const programs = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', 'dist');
const artifact = '/api/v2/fleet/artifacts/app.bin';

let stage: Stage;
let url: string;
let authorization: string;

beforeEach(async () => {
  stage = new Stage(programs);
  url = await stage.startServer();
  authorization = `Bearer ${await stage.createToken('owner')}`;
  const headers = { authorization, 'content-type': 'application/json' };
  await fetch(`${url}/api/v2/projects`, { method: 'POST', headers, body: '{"name":"Fleet","key":"fleet"}' });
});

afterEach(() => stage.stop());

describe('a server that is told to stop', () => {
  it('takes nothing new, keeps what was being uploaded, and ends with 0', async () => {
    const upload = beginUpload();
    upload.request.write('the first half, ');
    await eventually(async () => expect(await openRequests()).toBe(1));
    const ended = stage.end('server');
    await eventually(async () => expect(await connects()).toBe(false));
    expect(stage.isEnded('server')).toBe(false);
    upload.request.end('and the second');
    const answer = await upload.answer;

    expect([answer.statusCode, answer.headers.connection]).toEqual([201, 'close']);
    expect(await ended).toBe(0);
    await stage.startServer(Number(new URL(url).port));
    const kept = await fetch(url + artifact, { headers: { authorization } });
    expect(await kept.text()).toBe('the first half, and the second');
  });
});

function beginUpload() {
  const headers = { authorization, 'content-type': 'application/octet-stream' };
  const request = httpRequest(url + artifact, { method: 'PUT', headers });
  const answer = new Promise<IncomingMessage>((resolve, reject) => {
    request.once('response', (response) => resolve(response.resume()));
    request.once('error', reject);
  });
  return { request, answer };
}

async function openRequests(): Promise<number> {
  const answer = await fetch(`${url}/metrics`);
  return Number(/^tideway_http_requests_open (\d+)$/m.exec(await answer.text())?.[1]);
}

/** Whether the server takes a connection. */
function connects(): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
