import { Readable } from 'node:stream';
import type { ErrorCode } from '@tideway/protocol';
import { Refusal } from '../refusal.ts';

/** What a reader may leave unread; beyond it events are dropped, and it is told so. */
const maxUnreadBytes = 256 * 1024;

/** An event of a stream as it is sent, to be made once for all who follow. `id` lets a reader who comes back say so. */
export function eventText(name: string, data: unknown, id?: string): string {
  return `${id === undefined ? '' : `id: ${id}\n`}event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** Ends a stream whose reader is not admitted any more: a token is revoked, a role or a project is gone. */
export function endWhenRefused(stream: EventStream, admitAgain: () => Promise<unknown>, everyMs: number): void {
  const checking = setInterval(() => {
    admitAgain().catch((error: unknown) => {
      if (error instanceof Refusal && lostAccess.includes(error.code)) stream.end();
    });
  }, everyMs);
  stream.onClosed(() => clearInterval(checking));
}

const lostAccess: ErrorCode[] = ['invalid_token', 'forbidden', 'not_found'];

/** Server-sent events to one reader. One who reads too slowly misses events, and gets `onMissed` when it reads again. */
export class EventStream {
  readonly body: Readable;
  private readonly onMissed: string;
  private hasMissed = false;

  constructor(onMissed: string) {
    this.onMissed = onMissed;
    this.body = new Readable({ read: () => {} });
  }

  send(text: string): void {
    if (this.body.destroyed) return;
    this.hasMissed ||= this.body.readableLength + text.length > maxUnreadBytes;
    if (this.hasMissed && this.body.readableLength > 0) return;
    this.body.push(this.hasMissed ? this.onMissed + text : text);
    this.hasMissed = false;
  }

  /** Shows both sides, and what is between them, that the connection is in use. */
  keepAlive(): void {
    this.send(': still here\n\n');
  }

  end(): void {
    if (!this.body.destroyed) this.body.push(null);
  }

  /** Runs when the reader has gone away, or the stream has ended. */
  onClosed(then: () => void): void {
    this.body.once('close', then);
  }
}
