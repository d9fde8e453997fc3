import { once } from 'node:events';
import { Agent, request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { eventually } from '@tideway/testkit';
import fastify, { type FastifyInstance } from 'fastify';
import { beforeEach, describe, expect, it } from 'vitest';
import { drainOnClose } from './draining.ts';

let server: FastifyInstance;
let url: string;
let finish: () => void;
let begun: Promise<void>;

async function startWithLimit(limitMs: number): Promise<void> {
  server = fastify({ forceCloseConnections: 'idle', return503OnClosing: false });
  drainOnClose(server, limitMs);
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  begun = new Promise((resolve) => {
    server.get('/slow', async () => {
      resolve();
      await finished;
      return 'done';
    });
  });
  server.get('/', async () => 'here');
  url = await server.listen({ host: '127.0.0.1', port: 0 });
}

describe('the end of a server', () => {
  beforeEach(() => startWithLimit(60_000));

  it('waits for what is in flight, whose connection it closes, and takes no new one', async () => {
    const keeping = new Agent({ keepAlive: true, maxSockets: 1 });
    const slow = get('/slow', keeping);
    await begun;
    const closed = server.close();
    await eventually(() => expect(get('/', new Agent())).rejects.toMatchObject({ code: 'ECONNREFUSED' }));
    finish();

    expect(await slow).toEqual({ status: 200, connection: 'close', body: 'done' });
    await closed;
    keeping.destroy();
  });

  it('does not wait for connections that are kept for a next request', async () => {
    const keeping = new Agent({ keepAlive: true });
    expect(await get('/', keeping)).toMatchObject({ status: 200, connection: 'keep-alive' });
    await server.close();
    keeping.destroy();
  });
});

describe('the end of a server to which somebody has only connected', () => {
  it('does not wait for a question', async () => {
    await startWithLimit(60_000);
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    await once(socket, 'connect');
    await get('/', new Agent());
    const ended = once(socket, 'close');
    await server.close();
    await ended;
  });
});

describe('the end of a server with something in flight that does not end', () => {
  it('cuts it off after its limit', async () => {
    await startWithLimit(100);
    const slow = get('/slow', new Agent()).catch((error: NodeJS.ErrnoException) => error.code);
    await begun;
    await server.close();

    expect(await slow).toBe('ECONNRESET');
  });
});

function get(path: string, agent: Agent): Promise<{ status?: number; connection?: string; body: string }> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(url + path, { agent }, (response) => {
      const { statusCode, headers } = response;
      let body = '';
      response.on('data', (chunk) => {
        body += chunk;
      });
      response.on('end', () =>
        resolve({ ...(statusCode && { status: statusCode }), connection: headers.connection ?? '', body }),
      );
    });
    request.once('error', reject);
    request.end();
  });
}
