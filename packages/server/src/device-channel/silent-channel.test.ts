import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { Channel } from './channel.ts';

const server = createServer();
const sockets = new WebSocketServer({ server });
let port: number;

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
});

afterAll(() => server.close());

describe('a channel whose other end is silent', () => {
  it('is ended when it has not answered two pings: its line is half open', async () => {
    const { silent, socket } = await connectSilently();
    const channel = channelOf(socket);
    const closed = once(socket, 'close');
    channel.ping();
    channel.ping();
    expect(socket.readyState).toBe(socket.OPEN);
    channel.ping();
    await closed;
    silent.destroy();
  });

  it('is ended when it does not read: what is said to it would fill the memory', async () => {
    const { silent, socket } = await connectSilently();
    const channel = channelOf(socket);
    const closed = once(socket, 'close');
    // The network takes some megabytes before anything waits here.
    for (let count = 0; count < 2_000_000 && socket.readyState === socket.OPEN; count += 1) channel.wake();
    expect(socket.readyState).not.toBe(socket.OPEN);
    await closed;
    silent.destroy();
  });

  it('lives on as long as it answers', async () => {
    const accepted = once(sockets, 'connection');
    const device = new WebSocket(`ws://127.0.0.1:${port}`);
    const [socket] = (await accepted) as [WebSocket];
    const channel = channelOf(socket);
    for (let count = 0; count < 5; count += 1) {
      const answered = once(socket, 'pong');
      channel.ping();
      await answered;
    }
    expect(socket.readyState).toBe(socket.OPEN);
    device.terminate();
  });
});

/** A connection that asks for a WebSocket, and then neither reads nor says anything. */
async function connectSilently(): Promise<{ silent: Socket; socket: WebSocket }> {
  const accepted = once(sockets, 'connection');
  const silent = connect(port, '127.0.0.1');
  silent.pause();
  silent.write(
    'GET / HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n' +
      'sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
  );
  const [socket] = (await accepted) as [WebSocket];
  return { silent, socket };
}

function channelOf(socket: WebSocket): Channel {
  return new Channel(socket, async () => ({ messages: [], poll_after_s: 1 }));
}
