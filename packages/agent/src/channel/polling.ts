import type { Log } from '../log.ts';
import type { ContactNote } from '../operator/contact-note.ts';
import { StateNotWritable } from '../system/json-file.ts';
import { Pulse } from '../system/pulse.ts';
import { pause } from '../system/timing.ts';
import { pollDelayMs, retryDelayMs } from './backoff.rules.ts';
import { DeviceUnknown, JoinRefused } from './connection.ts';
import type { Exchange } from './exchange.ts';
import { ServerRefusal, ServerUnreachable } from './server-door.ts';

/** More than any contact takes: each call in it has its own time limit. */
const longestContactMs = 5 * 60_000;
/** A timer may come late on a busy device. */
const lateMs = 60_000;

/** Keeps in touch with the server: at its rhythm, and at once when there is something to say. */
export class Polling {
  private readonly exchange: Exchange;
  private readonly log: Log;
  private readonly note: (note: Omit<ContactNote, 'since'>) => void;
  private readonly pulse = new Pulse();
  private readonly stopping = new AbortController();
  private waking = new AbortController();
  private failures = 0;
  private running: Promise<void> = Promise.resolve();

  constructor(exchange: Exchange, log: Log, note: (note: Omit<ContactNote, 'since'>) => void) {
    this.exchange = exchange;
    this.log = log;
    this.note = note;
  }

  /** Whether it still goes round; a server that does not answer is no reason why it should not. */
  get isAlive(): boolean {
    return this.pulse.isAlive;
  }

  /** Ends with `stop`, or by throwing what only a person can mend. */
  start(): Promise<void> {
    this.running = this.run();
    return this.running;
  }

  /** There is something to say. While the server does not answer it waits with the rest. */
  wake(): void {
    if (this.failures === 0) this.waking.abort();
  }

  /** Contacts the server after so long at the latest. */
  contactWithin(delayMs: number): void {
    const { waking } = this;
    setTimeout(() => waking.abort(), delayMs).unref();
  }

  /** Stops and says goodbye, if the server hears it. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running.catch(() => undefined);
    await this.exchange.sayGoodbye(AbortSignal.timeout(2000)).catch(() => undefined);
  }

  private async run(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      // Before the exchange: what is added while it runs must not wait for the next poll.
      this.waking = new AbortController();
      this.pulse.expectNextWithin(longestContactMs);
      const delayMs = await this.contact();
      this.pulse.expectNextWithin(delayMs + lateMs);
      await pause(delayMs, [this.stopping.signal, this.waking.signal]);
    }
  }

  private async contact(): Promise<number> {
    try {
      const pollAfterS = await this.exchange.run(this.stopping.signal);
      if (this.failures > 0) this.log.info('The server answers again.');
      this.failures = 0;
      if (pollAfterS > 0) this.noteAnswer(pollAfterS);
      return pollAfterS === 0 ? 0 : pollDelayMs(pollAfterS, Math.random());
    } catch (error) {
      if (this.stopping.signal.aborted) return 0;
      return this.delayAfter(error);
    }
  }

  private noteAnswer(pollAfterS: number): void {
    const { over } = this.exchange;
    this.note({ over, every_s: over === 'polling' ? Math.round(pollAfterS) : null, fault: null });
  }

  private delayAfter(error: unknown): number {
    if (!mayPass(error)) throw error;
    this.failures += 1;
    const delayMs = delayOf(error, this.failures);
    const next_try_at = new Date(Date.now() + delayMs).toISOString();
    this.note({ over: null, every_s: null, fault: { message: error.message, next_try_at } });
    const sentence = error.message.replace(/[^.!?]$/, '$&.');
    this.log.warn(`${sentence} Next try in ${Math.ceil(delayMs / 1000)} s.`);
    return delayMs;
  }
}

type Passing = DeviceUnknown | ServerRefusal | ServerUnreachable | StateNotWritable;

/** Whether it may be otherwise at the next try. What a full disk keeps from being noted is said again then. */
function mayPass(error: unknown): error is Passing {
  if (error instanceof JoinRefused) return false;
  if (error instanceof StateNotWritable) return true;
  return error instanceof DeviceUnknown || error instanceof ServerRefusal || error instanceof ServerUnreachable;
}

/** A device that was deleted asks on, slowly: it may be entered again. */
const unknownDeviceS = 60;

function delayOf(error: Passing, failures: number): number {
  if (error instanceof DeviceUnknown) return retryDelayMs(failures, unknownDeviceS, Math.random());
  if (!(error instanceof ServerRefusal)) return retryDelayMs(failures, null, Math.random());
  // The ticket has run out, or the server was set up anew: a new session may be had at once.
  if (error.status === 401 && failures === 1) return 0;
  return retryDelayMs(failures, error.retryAfterS, Math.random());
}
