import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** What kinds of exchange an idle agent has with its server. */
export type Exchange = 'poll' | 'session' | 'channel' | 'other';
export type Counted = { bytes: number; times: number };

/** RFC 9293, 3.1, and RFC 791, 3.1: 20 bytes of IP, 20 of TCP, 12 of its time stamps. */
const headerBytes = 52;
/** What fits into one packet of Ethernet. */
const payloadBytes = 1448;
/** Packets that open and close a connection. */
const packetsOfConnection = 7;

/**
 * Passes connections on, and counts what they cost on the wire: their bytes, and the headers of every packet with one
 * acknowledgement for each, which is more than there are in truth. Without channels it cuts who asks for one.
 */
export class CountingProxy {
  private readonly counted = new Map<Exchange, Counted>();
  private readonly sockets = new Set<Socket>();
  private readonly server: Server;
  private readonly passesChannels: boolean;

  constructor(behind: string, options: { passesChannels: boolean }) {
    this.passesChannels = options.passesChannels;
    this.server = createServer((socket) => this.pass(socket, Number(new URL(behind).port)));
  }

  async open(): Promise<string> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** What was counted since the last call. */
  take(): Record<Exchange, Counted> {
    const of = (exchange: Exchange) => this.counted.get(exchange) ?? { bytes: 0, times: 0 };
    const taken = { poll: of('poll'), session: of('session'), channel: of('channel'), other: of('other') };
    this.counted.clear();
    return taken;
  }

  close(): void {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
  }

  private pass(device: Socket, port: number): void {
    const server = connect(port, '127.0.0.1');
    let exchange: Exchange = 'other';
    let isNew = true;
    device.on('data', (chunk: Buffer) => {
      const begun = exchangeIn(chunk);
      if (begun !== null) {
        exchange = begun;
        this.note(exchange, isNew ? packetsOfConnection * headerBytes : 0, 1);
        isNew = false;
      }
      this.note(exchange, onWire(chunk), 0);
      if (begun === 'channel' && !this.passesChannels) device.destroy();
      else server.write(chunk);
    });
    server.on('data', (chunk: Buffer) => {
      this.note(exchange, onWire(chunk), 0);
      device.write(chunk);
    });
    for (const [one, other] of [[device, server] as const, [server, device] as const]) {
      this.sockets.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        this.sockets.delete(one);
        other.destroy();
      });
    }
  }

  private note(exchange: Exchange, bytes: number, times: number): void {
    const counted = this.counted.get(exchange) ?? { bytes: 0, times: 0 };
    this.counted.set(exchange, { bytes: counted.bytes + bytes, times: counted.times + times });
  }
}

function exchangeIn(chunk: Buffer): Exchange | null {
  const line = /^(?:GET|POST) \/device\/v1\/(\w+)/.exec(chunk.toString('latin1', 0, 60));
  if (line === null) return null;
  const kinds: Record<string, Exchange> = {
    messages: 'poll',
    channel: 'channel',
    challenge: 'session',
    session: 'session',
  };
  return kinds[line[1] ?? ''] ?? 'other';
}

function onWire(chunk: Buffer): number {
  return chunk.length + Math.ceil(chunk.length / payloadBytes) * 2 * headerBytes;
}
