import path from 'node:path';
import { type AgentOffer, type DeviceMessage, type ServerMessage, serverMessageSchema } from '@tideway/protocol';
import { z } from 'zod';
import type { Log } from '../log.ts';
import { type Block, type BlockFile, type HeardBlock, heardBlock } from '../operator/block.ts';
import { type JsonFile, jsonFile } from '../system/json-file.ts';
import type { UpdateRunner } from '../update/runner.ts';
import type { Connection } from './connection.ts';
import type { ReportOutbox } from './report-outbox.ts';
import { type Effect, effectsOf, messagesToSend, type Pending } from './session.rules.ts';

type Hello = Extract<DeviceMessage, { type: 'hello' }>;
type Metrics = Extract<DeviceMessage, { type: 'metrics' }>;

export type ExchangeDeps = {
  connection: Connection;
  outbox: ReportOutbox;
  runner: UpdateRunner;
  stateFolder: string;
  block: BlockFile;
  /** Told of each answer of the server, before anything that it asks for is done. */
  onAnswer: () => void;
  onOffer: (offer: AgentOffer | null) => void;
  /** What the agent says of itself, without the session value and the block. */
  describe: () => Promise<Omit<Hello, 'type' | 'session_value' | 'block'>>;
  /** How the device is, in numbers. */
  measure: () => Record<string, number>;
  log: Log;
};

/** One contact with the server: says what there is to say, and does what comes back. */
export class Exchange {
  private readonly deps: ExchangeDeps;
  private readonly sessionFile: JsonFile<{ session_value: string }>;
  private readonly heardFile: HeardBlock;
  private said: Hello | null = null;
  private measuredMs = Number.NEGATIVE_INFINITY;
  /** A question for an update is on its way. */
  private isAsking = false;
  private isClosed = false;
  private outputSent = { update: '', offset: 0, isRefused: false };

  constructor(deps: ExchangeDeps) {
    this.deps = deps;
    this.sessionFile = jsonFile(
      path.join(deps.stateFolder, 'session.json'),
      z.object({ session_value: z.string() }),
      'without it the server takes the device for one that was restored or copied',
    );
    // What is damaged is refused before anything is done, and not in the middle of an update.
    this.sessionFile.read();
    this.heardFile = heardBlock(deps.stateFolder);
  }

  /** Notes that a block is heeded, once no question for an update is on its way. */
  heedBlock(): void {
    if (!this.isAsking) this.heardFile.note(this.deps.block.read());
  }

  /** Lets no new update begin until the agent ends. */
  close(): void {
    this.isClosed = true;
  }

  /** Gives the seconds until the server wants to hear of us again; 0 where there is more to say at once. */
  async run(signal: AbortSignal): Promise<number> {
    const { connection } = this.deps;
    const session = await connection.session(signal);
    const block = this.deps.block.read();
    this.heedBlock();
    const isTimeToMeasure = performance.now() - this.measuredMs >= measureEveryMs;
    const hello = await this.helloWhereDue(session.isGreeted, block, isTimeToMeasure);
    const metrics = isTimeToMeasure ? { type: 'metrics' as const, values: this.deps.measure() } : null;
    const sent = this.messages(hello, metrics, block !== null || this.isClosed);
    this.isAsking = sent.some(({ type }) => type === 'next');
    try {
      const answer = await connection.send(session, sent, signal);
      this.deps.onAnswer();
      if (hello) this.said = hello;
      if (metrics) this.measuredMs = performance.now();
      const offsetBefore = this.outputSent.offset;
      for (const message of plansFirst(answer.messages.flatMap(understood))) this.obey(message, sent);
      const hasMoreOutput = this.outputSent.offset > offsetBefore && this.nextOutput() !== null;
      return hasMoreOutput ? 0 : Math.min(answer.poll_after_s, connection.channelTryAfterS ?? answer.poll_after_s);
    } finally {
      this.isAsking = false;
      this.heedBlock();
    }
  }

  /** By which way the server is spoken to at the moment. */
  get over(): 'channel' | 'polling' {
    return this.deps.connection.channelTryAfterS === null ? 'channel' : 'polling';
  }

  /** Obeys what the server says unasked. */
  hear(messages: unknown[]): void {
    for (const message of plansFirst(messages.flatMap(understood))) this.obey(message, []);
  }

  /** Tells the server that the agent stops on purpose. */
  async sayGoodbye(signal: AbortSignal): Promise<void> {
    const { connection } = this.deps;
    const session = connection.openedSession;
    try {
      if (session?.isGreeted) await connection.send(session, [{ type: 'goodbye' }], signal);
    } finally {
      connection.close();
    }
  }

  private messages(hello: Hello | null, metrics: Metrics | null, isBlocked: boolean): DeviceMessage[] {
    const { outbox, runner } = this.deps;
    const output = this.nextOutput();
    const { stopping } = runner;
    return messagesToSend({
      hello,
      reports: outbox.pending,
      output,
      stopping: stopping && { type: 'stopping', ...stopping },
      metrics,
      isBusy: runner.current !== null,
      isBlocked,
    });
  }

  /** A session begins with a hello; later there is another one where what it says has changed. */
  private async helloWhereDue(isGreeted: boolean, block: Block | null, looksAnew: boolean): Promise<Hello | null> {
    const said = block && { reason: block.reason };
    const isBlockSaid = JSON.stringify(this.said?.block ?? null) === JSON.stringify(said);
    if (isGreeted && isBlockSaid && !looksAnew) return null;
    const session_value = this.sessionFile.read()?.session_value ?? null;
    const hello: Hello = { type: 'hello', ...(await this.deps.describe()), session_value, block: said };
    return isGreeted && this.said && isSameNews(hello, this.said) ? null : hello;
  }

  private nextOutput(): Pending['output'] {
    const { output } = this.deps.runner;
    if (!output) return null;
    const { update_id, attempt, read } = output;
    const update = `${update_id} ${attempt}`;
    if (this.outputSent.update !== update) this.outputSent = { update, offset: 0, isRefused: false };
    const { offset, isRefused } = this.outputSent;
    const text = isRefused ? '' : read(offset, maxOutputBytes);
    if (text === '') return null;
    const isLast = read(offset + Buffer.byteLength(text), 1) === '';
    return { message: { type: 'log', update_id, attempt, offset, text }, isLast };
  }

  private obey(message: ServerMessage, sent: readonly DeviceMessage[]): void {
    const { current, lastResult } = this.deps.runner;
    const situation = { current, lastResult, sent, now: new Date().toISOString() };
    for (const effect of effectsOf(message, situation)) this.apply(effect);
  }

  private apply(effect: Effect): void {
    const { outbox, runner, log } = this.deps;
    switch (effect.type) {
      case 'keep_session_value':
        this.sessionFile.write({ session_value: effect.value });
        break;
      case 'consider_program':
        this.deps.onOffer(effect.offer);
        break;
      case 'take_up':
        // The server gives the same plan to the program that comes after this one.
        if (!this.isClosed) runner.take(effect.plan);
        break;
      case 'adopt_attempt':
        runner.adoptAttempt(effect.attempt);
        break;
      case 'abort':
        runner.abort(effect.update_id);
        break;
      case 'report':
        outbox.addAgain(effect.report);
        break;
      case 'forget_report':
        outbox.forget(effect);
        break;
      case 'forget_update':
        outbox.forgetUpdate(effect.update_id);
        break;
      case 'output_kept':
        this.advanceOutput(effect);
        break;
      case 'output_refused':
        this.outputSent.isRefused = true;
        break;
      case 'warn':
        log.warn(effect.text);
        break;
    }
  }

  private advanceOutput({ update_id, attempt, offset }: Extract<Effect, { type: 'output_kept' }>): void {
    if (this.outputSent.update !== `${update_id} ${attempt}` || offset <= this.outputSent.offset) return;
    this.outputSent.offset = offset;
    if (this.deps.runner.current === null && this.nextOutput() === null) this.deps.runner.dropOutput(update_id);
  }
}

/** How often a device says how it is, and looks whether it is what it has said: traffic costs money in the field. */
const measureEveryMs = 60 * 60_000;

/** Whether nothing has changed that is worth another hello. */
function isSameNews(one: Hello, other: Hello): boolean {
  const newsOf = ({ attributes, capabilities, block }: Hello) => JSON.stringify([attributes, capabilities, block]);
  return newsOf(one) === newsOf(other);
}

/** Bytes of output in one call. */
const maxOutputBytes = 64 * 1024;

/** Messages of types that this agent does not know are for newer ones. */
function understood(message: unknown): ServerMessage[] {
  const known = serverMessageSchema.safeParse(message);
  return known.success ? [known.data] : [];
}

/** A plan and its abort may come in one answer, in either order. */
function plansFirst(messages: ServerMessage[]): ServerMessage[] {
  const isPlan = ({ type }: ServerMessage) => type === 'plan';
  return [...messages.filter(isPlan), ...messages.filter((message) => !isPlan(message))];
}
