import path from 'node:path';
import { type DeviceMessage, type ServerMessage, serverMessageSchema } from '@tideway/protocol';
import { z } from 'zod';
import type { Log } from '../log.ts';
import { type Block, type BlockFile, type HeardBlock, heardBlock } from '../operator/block.ts';
import { type JsonFile, jsonFile } from '../system/json-file.ts';
import type { UpdateRunner } from '../update/runner.ts';
import type { Connection } from './connection.ts';
import type { ReportOutbox } from './report-outbox.ts';
import { type Effect, effectsOf, messagesToSend, type Pending } from './session.rules.ts';

type Hello = Extract<DeviceMessage, { type: 'hello' }>;

export type ExchangeDeps = {
  connection: Connection;
  outbox: ReportOutbox;
  runner: UpdateRunner;
  stateFolder: string;
  block: BlockFile;
  /** What the agent says of itself, without the session value and the block. */
  describe: () => Omit<Hello, 'type' | 'session_value' | 'block'>;
  log: Log;
};

/** One contact with the server: says what there is to say, and does what comes back. */
export class Exchange {
  private readonly deps: ExchangeDeps;
  private readonly sessionFile: JsonFile<{ session_value: string }>;
  private readonly heardFile: HeardBlock;
  private blockSaid = '';
  /** A question for an update is on its way. */
  private isAsking = false;
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

  /** Gives the seconds until the server wants to hear of us again; 0 where there is more to say at once. */
  async run(signal: AbortSignal): Promise<number> {
    const { connection } = this.deps;
    const session = await connection.session(signal);
    const block = this.deps.block.read();
    this.heedBlock();
    const isNews = this.blockSaid !== JSON.stringify(block);
    const sent = this.messages(session.isGreeted && !isNews ? null : this.hello(block), block !== null);
    this.isAsking = sent.some(({ type }) => type === 'next');
    try {
      const answer = await connection.send(session, sent, signal);
      this.blockSaid = JSON.stringify(block);
      const offsetBefore = this.outputSent.offset;
      for (const message of plansFirst(answer.messages.flatMap(understood))) this.obey(message, sent);
      const hasMoreOutput = this.outputSent.offset > offsetBefore && this.nextOutput() !== null;
      return hasMoreOutput ? 0 : Math.min(answer.poll_after_s, connection.channelTryAfterS ?? answer.poll_after_s);
    } finally {
      this.isAsking = false;
      this.heedBlock();
    }
  }

  /** Obeys what the server says unasked. */
  hear(messages: unknown[]): void {
    for (const message of plansFirst(messages.flatMap(understood))) this.obey(message, []);
  }

  /** Tells the server that the agent stops on purpose. */
  async sayGoodbye(signal: AbortSignal): Promise<void> {
    const session = await this.deps.connection.openedSession();
    if (session?.isGreeted) await this.deps.connection.send(session, [{ type: 'goodbye' }], signal);
    this.deps.connection.close();
  }

  private messages(hello: Hello | null, isBlocked: boolean): DeviceMessage[] {
    const { outbox, runner } = this.deps;
    const output = this.nextOutput();
    const { stopping } = runner;
    return messagesToSend({
      hello,
      reports: outbox.pending,
      output,
      stopping: stopping && { type: 'stopping', ...stopping },
      isBusy: runner.current !== null,
      isBlocked,
    });
  }

  private hello(block: Block | null): Hello {
    const session_value = this.sessionFile.read()?.session_value ?? null;
    return { type: 'hello', ...this.deps.describe(), session_value, block: block && { reason: block.reason } };
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
      case 'take_up':
        runner.take(effect.plan);
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
