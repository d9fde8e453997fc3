import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { createLog } from '../log.ts';
import { Connection } from './connection.ts';
import { openDeviceKey } from './device-key.ts';
import { serverDoor } from './server-door.ts';

let folder: string;
let server: ChannelServer;
let connection: Connection;
let ended: number;
const { signal } = new AbortController();

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'tideway-connection-'));
  server = new ChannelServer();
  connection = new Connection({
    door: serverDoor(await server.start()),
    key: openDeviceKey(folder),
    introduction: { token: null, name: null, group: null, apps: [] },
    stateFolder: folder,
    log: createLog(() => undefined, []),
  });
  ended = 0;
  connection.listen({ onUnasked: () => undefined, onChannelEnded: () => (ended += 1) });
});
afterEach(async () => {
  connection.close();
  await server.stop();
  rmSync(folder, { recursive: true });
});

describe('a connection', () => {
  it('opens one session and one channel for all who ask at once', async () => {
    const sessions = [connection.session(signal), connection.session(signal)];
    const registries = [connection.registry('one', signal), connection.registry('two', signal)];
    const [first, second] = await Promise.all(sessions);
    await Promise.all(registries);
    expect(second).toBe(first);
    expect([server.sessions, server.channels.length]).toEqual([1, 1]);
    expect([connection.channelTryAfterS, ended]).toEqual([null, 0]);
  });

  it('opens no channel for what a step asks for', async () => {
    await connection.registry('one', signal);
    expect([server.sessions, server.channels.length]).toEqual([1, 0]);
  });

  it('keeps the session that was opened since, where a ticket of the one before is refused late', async () => {
    await connection.registry('one', signal);
    server.endSessions();
    const late = server.hold('two');
    const slow = connection.registry('two', signal);
    await late.arrived;
    await connection.registry('three', signal);
    late.letGo();
    await slow;
    expect(server.sessions).toBe(2);
  });

  it('opens a session again where the one who was opening it was called off', async () => {
    const challenge = server.hold('challenge');
    const calledOff = new AbortController();
    const first = expect(connection.registry('one', calledOff.signal)).rejects.toThrow();
    await challenge.arrived;
    const second = connection.session(signal);
    calledOff.abort(new Error('The update was aborted.'));
    await first;
    challenge.letGo();
    expect(await second).toMatchObject({ ticket: 'ticket-1' });
  });

  it('goes on over its channel when its ticket has run out, and opens another one after a new session', async () => {
    server.ticketsLastS = 0;
    const session = await connection.session(signal);
    expect(await connection.session(signal)).toBe(session);
    await connection.send(session, [], signal);
    expect([server.sessions, server.channels.length]).toEqual([1, 1]);

    server.ticketsLastS = 3600;
    const [channel] = server.channels;
    const channelEnded = channel && once(channel, 'close');
    await connection.registry('one', signal);
    await channelEnded;
    expect(await connection.session(signal)).not.toBe(session);
    expect([server.sessions, ended]).toEqual([2, 1]);
  });
});

/** Opens sessions and channels for a device, of which it hears only the newest, and has credentials of any registry. */
class ChannelServer {
  sessions = 0;
  ticketsLastS = 3600;
  readonly channels: WebSocket[] = [];
  private firstGood = 1;
  private readonly held = new Map<string, { arrive: () => void; gate: Promise<void> }>();
  private readonly http: Server = createServer((request, response) => void this.serve(request, response));
  private readonly sockets = new WebSocketServer({ noServer: true });

  async start(): Promise<string> {
    this.http.on('upgrade', (request, socket, head) => {
      this.sockets.handleUpgrade(request, socket, head, (channel) => {
        this.channels.at(-1)?.close(1008);
        this.channels.push(channel);
        channel.on('message', () => channel.send(JSON.stringify(nothing)));
      });
    });
    this.http.listen(0, '127.0.0.1');
    await once(this.http, 'listening');
    return `http://127.0.0.1:${(this.http.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    for (const channel of this.channels) channel.terminate();
    this.http.closeAllConnections();
    this.http.close();
    await once(this.http, 'close');
  }

  /** No ticket given out so far is taken any more. */
  endSessions(): void {
    this.firstGood = this.sessions + 1;
  }

  /** Keeps the next call whose path ends so without an answer, until it is let go. */
  hold(ending: string): { arrived: Promise<void>; letGo: () => void } {
    let letGo = () => {};
    let arrive = () => {};
    const gate = new Promise<void>((resolve) => (letGo = resolve));
    const arrived = new Promise<void>((resolve) => (arrive = resolve));
    this.held.set(ending, { arrive, gate });
    return { arrived, letGo };
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const name = path.basename(new URL(request.url ?? '', 'http://server').pathname);
    const held = this.held.get(name);
    this.held.delete(name);
    held?.arrive();
    await held?.gate;
    const answer = this.answer(name, request.headers.authorization);
    response.writeHead(answer === null ? 401 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer ?? { error_message: 'No such session', code: 'invalid_token' }));
  }

  /** Null where the ticket does not count. */
  private answer(name: string, authorization: string | undefined): object | null {
    const installation = { device_id: 'd-test', installation_id: 'in-test' };
    const server_time = new Date().toISOString();
    if (name === 'join') return { ...installation, name: 'camera', needs_approval: false };
    if (name === 'challenge') return { challenge: 'challenge', server_time };
    if (name === 'session') {
      this.sessions += 1;
      const ticket = `ticket-${this.sessions}`;
      return { ...installation, ticket, expires_in_s: this.ticketsLastS, server_time };
    }
    const ticket = Number(authorization?.replace('Bearer ticket-', ''));
    return ticket < this.firstGood || ticket !== this.sessions ? null : registry;
  }
}

const nothing = { messages: [], poll_after_s: 60 };
const registry = { url: 'https://registry', username: null, password: null };
