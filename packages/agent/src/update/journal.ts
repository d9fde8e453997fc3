import { type Plan, planSchema, undoneSchema } from '@tideway/protocol';
import { z } from 'zod';
import type { Clock } from '../system/clock.ts';
import { type JsonFile, jsonFile } from '../system/json-file.ts';
import type { Happening } from './history.rules.ts';
import type { DatedHappening } from './report.rules.ts';
import { spentUntil, type TimeSpent } from './time-limit.rules.ts';

/** The update that the device is at: its plan and all that has happened in it, on disk before anything is done. */
export class Journal {
  private readonly file: JsonFile<Entry>;
  private readonly clock: Clock;
  private entry: Entry;

  private constructor(file: JsonFile<Entry>, clock: Clock, entry: Entry) {
    this.file = file;
    this.clock = clock;
    this.entry = entry;
  }

  /** Begins the journal of an update. */
  static begin(file: string, clock: Clock, plan: Plan): Journal {
    const time = { spent_ms: 0, at: clock() };
    const journal = new Journal(fileOf(file), clock, { plan, history: [], time, hooks_after_begun: false });
    journal.file.write(journal.entry);
    return journal;
  }

  /** The update that stands in a journal, for those who only look; null where the device is at none. */
  static peek(file: string): { plan: Plan; history: readonly DatedHappening[] } | null {
    return fileOf(file).read();
  }

  /** The journal that an earlier run of the agent has left; null where it was idle. */
  static reopen(file: string, clock: Clock): Journal | null {
    const left = fileOf(file);
    const entry = left.read();
    return entry && new Journal(left, clock, entry);
  }

  get plan(): Plan {
    return this.entry.plan;
  }

  get history(): readonly DatedHappening[] {
    return this.entry.history;
  }

  /** Milliseconds of the update's time limit that are left. */
  get remainingMs(): number {
    return this.plan.time_limit_s * 1000 - spentUntil(this.entry.time, this.clock()).spent_ms;
  }

  get isFinished(): boolean {
    return this.history.at(-1)?.type === 'finished';
  }

  /** Whether the owner's hooks after the update have begun. */
  get areHooksAfterBegun(): boolean {
    return this.entry.hooks_after_begun;
  }

  noteHooksAfter(): void {
    this.save({ ...this.entry, hooks_after_begun: true });
  }

  /** Writes down what has happened, or what is about to be done. */
  add(happening: Happening): void {
    const at = new Date(this.clock().wall_ms).toISOString();
    this.save({ ...this.entry, history: [...this.entry.history, { ...happening, at }] });
  }

  /** The server gives the same update out under a new number. */
  adoptAttempt(attempt: number): void {
    this.save({ ...this.entry, plan: { ...this.entry.plan, attempt } });
  }

  remove(): void {
    this.file.remove();
  }

  private save(entry: Entry): void {
    const changed = { ...entry, time: spentUntil(this.entry.time, this.clock()) };
    // In this order: what could not be written has not happened.
    this.file.write(changed);
    this.entry = changed;
  }
}

function fileOf(file: string): JsonFile<Entry> {
  return jsonFile(file, entrySchema, 'without it the update that the device is at stays as it is, undone by nobody');
}

type Entry = { plan: Plan; history: DatedHappening[]; time: TimeSpent; hooks_after_begun: boolean };

const step = z.number().int().nonnegative();
const undoing = { done: z.boolean(), message: z.string().nullable() };
const exitCode = z.number().int().nullable();
const dated = { at: z.string() };

const happeningSchema: z.ZodType<DatedHappening> = z.discriminatedUnion('type', [
  z.object({ ...dated, type: z.literal('step_started'), step }),
  z.object({ ...dated, type: z.literal('step_succeeded'), step }),
  z.object({
    ...dated,
    type: z.literal('step_failed'),
    step,
    reason: z.string(),
    message: z.string(),
    exit_code: exitCode,
  }),
  z.object({ ...dated, type: z.literal('step_interrupted'), step }),
  z.object({ ...dated, type: z.literal('stop_requested'), by: z.enum(['abort', 'time_limit']) }),
  z.object({ ...dated, type: z.literal('undo_started'), step }),
  z.object({ ...dated, type: z.literal('undone'), step, ...undoing }),
  z.object({ ...dated, type: z.literal('rollback_started') }),
  z.object({ ...dated, type: z.literal('rolled_back'), ...undoing }),
  z.object({ ...dated, type: z.literal('boot_requested'), step: step.nullable(), boot_id: z.string() }),
  z.object({ ...dated, type: z.literal('booted'), step: step.nullable() }),
  z.object({ ...dated, type: z.literal('gave_up'), reason: z.string(), message: z.string() }),
  z.object({ ...dated, type: z.literal('agent_started') }),
  z.object({
    ...dated,
    type: z.literal('finished'),
    event: z.enum(['succeeded', 'failed', 'stopped']),
    step: step.nullable(),
    reason: z.string().nullable(),
    message: z.string().nullable(),
    exit_code: exitCode,
    undone: z.array(undoneSchema.extend({ step: z.string(), message: z.string().nullable() })),
  }),
]);

const entrySchema: z.ZodType<Entry> = z.object({
  plan: planSchema,
  history: z.array(happeningSchema),
  time: z.object({
    spent_ms: z.number(),
    at: z.object({ wall_ms: z.number(), uptime_ms: z.number(), boot_id: z.string() }),
  }),
  // Earlier versions do not write it.
  hooks_after_begun: z.boolean().default(false),
});
