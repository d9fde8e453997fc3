import { type ChannelFrame, channelFrameSchema, type DeviceMessage, type ServerMessage } from '@tideway/protocol';
import { WebSocket } from 'ws';

/** How a WebSocket ended: the code and reason of its close. */
export type ChannelEnd = { code: number; reason: string };

/** A device's channel that says what a test tells it to, and does nothing by itself but answering pings. */
export class ScriptedChannel {
  readonly socket: WebSocket;
  /** Settles when the channel has ended. */
  readonly ended: Promise<ChannelEnd>;
  private readonly frames: ChannelFrame[] = [];
  private readonly waiting: ((frame: ChannelFrame) => void)[] = [];

  constructor(socket: WebSocket) {
    this.socket = socket;
    this.ended = new Promise((resolve) => {
      socket.once('close', (code, reason) => resolve({ code, reason: String(reason) }));
    });
    socket.on('error', () => {});
    socket.on('message', (data) => this.hear(channelFrameSchema.parse(JSON.parse(String(data)))));
  }

  /** Sends a frame and gives what the server says to it; fails where the channel ends instead. */
  async say(...messages: DeviceMessage[]): Promise<ServerMessage[]> {
    return (await this.sendFrame(JSON.stringify({ messages }))).messages as ServerMessage[];
  }

  /** Sends a frame as it is. */
  async sendFrame(text: string): Promise<ChannelFrame> {
    this.socket.send(text);
    return this.next((frame) => frame.poll_after_s !== undefined);
  }

  /** Waits until the server wakes the device; one that has come already counts. */
  async woken(): Promise<void> {
    await this.next((frame) => frame.messages.some((message) => (message as { type?: string }).type === 'wake'));
  }

  async close(): Promise<ChannelEnd> {
    this.socket.close();
    return this.ended;
  }

  private hear(frame: ChannelFrame): void {
    this.frames.push(frame);
    for (const look of this.waiting.splice(0)) look(frame);
  }

  private async next(matches: (frame: ChannelFrame) => boolean): Promise<ChannelFrame> {
    for (;;) {
      const index = this.frames.findIndex(matches);
      const [frame] = index === -1 ? [] : this.frames.splice(index, 1);
      if (frame) return frame;
      const ended = this.ended.then(({ code, reason }) => {
        throw new Error(`The channel ended with ${code}: ${reason}`);
      });
      await Promise.race([new Promise((resolve) => this.waiting.push(resolve)), ended]);
    }
  }
}

/** Opens a channel; throws with status and body where the server refuses. */
export async function openScriptedChannel(url: string, ticket: string): Promise<ScriptedChannel> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/device/v1/channel`, {
    headers: { authorization: `Bearer ${ticket}` },
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
    socket.once('unexpected-response', (_request, response) => {
      let body = '';
      response.on('data', (chunk) => {
        body += chunk;
      });
      response.on('end', () => reject(new Error(`${response.statusCode} ${body}`)));
    });
  });
  return new ScriptedChannel(socket);
}
