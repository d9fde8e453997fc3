import type { Agent, IncomingHttpHeaders } from 'node:http';
import { type ChannelFrame, channelFrameSchema, type DeviceMessage, serverStopsSchema } from '@tideway/protocol';
import { WebSocket } from 'ws';
import { onAnyAborted } from '../system/timing.ts';
import { refusalOf, ServerUnreachable } from './server-door.ts';

/** What the server says to the messages of one frame. */
export type SocketAnswer = { messages: unknown[]; poll_after_s: number };

export type SocketListener = {
  /** Messages that came unasked: there may be something to do. */
  onUnasked: (messages: unknown[]) => void;
  /** `comeBackAfterS` is what a server that stops asks for; null where it said nothing. */
  onEnd: (socket: DeviceSocket, comeBackAfterS: number | null) => void;
};

const openWithinMs = 10_000;
const answerWithinMs = 30_000;
/** The server pings every 30 seconds: after two that are missing it is gone, whatever the network says. */
const silenceMs = 75_000;

/** A channel to the server: frames out, an answer to each, and what comes unasked. */
export class DeviceSocket {
  private readonly socket: WebSocket;
  private readonly listener: SocketListener;
  private silence: NodeJS.Timeout | null = null;
  private waiting: { resolve: (answer: SocketAnswer) => void; reject: (error: Error) => void } | null = null;

  private constructor(socket: WebSocket, listener: SocketListener) {
    this.socket = socket;
    this.listener = listener;
    socket.on('message', (data) => this.hear(String(data)));
    socket.on('ping', () => this.watch());
    socket.on('close', (code, reason) => this.end(code, String(reason)));
    this.watch();
  }

  /** Throws ServerRefusal where the server refuses, and ServerUnreachable where no channel can be had. */
  static async open(
    { address, agent }: { address: string; agent: Agent | undefined },
    ticket: string,
    signal: AbortSignal,
    listener: SocketListener,
  ): Promise<DeviceSocket> {
    const socket = new WebSocket(address.replace(/^http/, 'ws'), {
      ...(agent && { agent }),
      headers: { authorization: `Bearer ${ticket}` },
      handshakeTimeout: openWithinMs,
      perMessageDeflate: false,
    });
    const unlink = onAnyAborted([signal], () => socket.terminate());
    try {
      return await new Promise((resolve, reject) => {
        // What breaks later shows as the end of the channel.
        socket.on('error', (error) => reject(new ServerUnreachable(`No channel can be opened: ${error.message}.`)));
        socket.once('unexpected-response', (_request, response) => {
          void refusalOf(response.statusCode ?? 0, headerIn(response.headers), () => textOf(response)).then(reject);
        });
        socket.once('open', () => resolve(new DeviceSocket(socket, listener)));
      });
    } finally {
      unlink();
    }
  }

  get isOpen(): boolean {
    return this.socket.readyState === this.socket.OPEN;
  }

  /** Sends a frame and gives its answer; one at a time. Throws ServerUnreachable where none comes. */
  async send(messages: DeviceMessage[], signal: AbortSignal): Promise<SocketAnswer> {
    const answer = new Promise<SocketAnswer>((resolve, reject) => {
      this.waiting = { resolve, reject };
    });
    const overtime = setTimeout(() => this.socket.terminate(), answerWithinMs);
    const unlink = onAnyAborted([signal], () => this.waiting?.reject(new ServerUnreachable('The agent stops.')));
    this.socket.send(JSON.stringify({ messages }));
    return answer.finally(() => {
      clearTimeout(overtime);
      unlink();
      this.waiting = null;
    });
  }

  close(): void {
    this.socket.close(1000);
  }

  private hear(text: string): void {
    const frame = frameIn(text);
    if (frame === null) this.socket.close(1003, 'This is no frame of a Tideway server');
    else if (frame.poll_after_s === undefined) this.listener.onUnasked(frame.messages);
    else this.waiting?.resolve({ messages: frame.messages, poll_after_s: frame.poll_after_s });
  }

  private watch(): void {
    if (this.silence) clearTimeout(this.silence);
    this.silence = setTimeout(() => this.socket.terminate(), silenceMs);
    this.silence.unref();
  }

  private end(code: number, reason: string): void {
    if (this.silence) clearTimeout(this.silence);
    this.waiting?.reject(new ServerUnreachable(`The channel to the server has ended (${reason || code}).`));
    this.listener.onEnd(this, comeBackAfterS(reason));
  }
}

function frameIn(text: string): ChannelFrame | null {
  try {
    return channelFrameSchema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

function comeBackAfterS(reason: string): number | null {
  try {
    return serverStopsSchema.safeParse(JSON.parse(reason)).data?.come_back_after_s ?? null;
  } catch {
    return null;
  }
}

function headerIn(headers: IncomingHttpHeaders): (name: string) => string | null {
  return (name) => {
    const value = headers[name];
    return typeof value === 'string' ? value : null;
  };
}

async function textOf(response: AsyncIterable<Buffer>): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of response) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}
