import type { ChannelFrame, ServerMessages } from '@tideway/protocol';
import type { WebSocket } from 'ws';
import { Refusal } from '../platform/refusal.ts';

/** Answers one frame of a device; throws a Refusal where the device is not to be heard any more. */
export type AnswerFrame = (messages: unknown[]) => Promise<ServerMessages>;

/** Codes with which a channel is closed (RFC 6455, 7.4). */
export const closeCode = { notUnderstood: 1003, notAllowed: 1008, failed: 1011, serverStops: 1012 } as const;

/** A device that does not take what it asked for is not worth the memory. */
const maxUnsentBytes = 1024 * 1024;
const maxUnansweredPings = 2;
const wakeFrame = JSON.stringify({ messages: [{ type: 'wake' }] } satisfies ChannelFrame);

/** An open WebSocket of a device. Frames are answered one after the other; while one is, no more are read. */
export class Channel {
  private readonly socket: WebSocket;
  private readonly answer: AnswerFrame;
  private answering: Promise<void> = Promise.resolve();
  private unanswered = 0;
  private unansweredPings = 0;

  constructor(socket: WebSocket, answer: AnswerFrame) {
    this.socket = socket;
    this.answer = answer;
    socket.on('message', (data: Buffer, isBinary) => this.take(data, isBinary));
    socket.on('pong', () => {
      this.unansweredPings = 0;
    });
    // What breaks shows as the end of the channel.
    socket.on('error', () => {});
  }

  wake(): void {
    this.send(wakeFrame);
  }

  /** Asks whether the device is still there; ends the channel where it has not answered for too long. */
  ping(): void {
    if (this.unansweredPings >= maxUnansweredPings) {
      this.socket.terminate();
      return;
    }
    this.unansweredPings += 1;
    this.socket.ping();
  }

  /** Answers what has come, and closes. */
  async close(code: number, reason: string): Promise<void> {
    await this.answering;
    this.socket.close(code, reason);
  }

  private take(data: Buffer, isBinary: boolean): void {
    this.socket.pause();
    this.unanswered += 1;
    this.answering = this.answering
      .then(() => this.answerFrame(data, isBinary))
      .finally(() => {
        this.unanswered -= 1;
        // One read from the network may have brought many frames.
        if (this.unanswered === 0) this.socket.resume();
      });
  }

  private async answerFrame(data: Buffer, isBinary: boolean): Promise<void> {
    if (this.socket.readyState !== this.socket.OPEN) return;
    const messages = isBinary ? null : messagesIn(data);
    if (messages === null) {
      this.socket.close(closeCode.notUnderstood, 'A frame must be a text of JSON: {"messages": […]}');
      return;
    }
    try {
      this.send(JSON.stringify(await this.answer(messages)));
    } catch (error) {
      const isUnknown = error instanceof Refusal && error.code === 'invalid_token';
      this.socket.close(isUnknown ? closeCode.notAllowed : closeCode.failed, isUnknown ? error.message : 'Try again');
    }
  }

  private send(text: string): void {
    if (this.socket.readyState !== this.socket.OPEN) return;
    this.socket.send(text);
    if (this.socket.bufferedAmount > maxUnsentBytes) this.socket.terminate();
  }
}

const maxMessages = 200;

function messagesIn(data: Buffer): unknown[] | null {
  try {
    const { messages } = JSON.parse(data.toString('utf8')) as { messages?: unknown };
    return Array.isArray(messages) && messages.length <= maxMessages ? messages : null;
  } catch {
    return null;
  }
}
