import path from 'node:path';
import { type Abilities, type DeviceReport, type FlowDocument, type Plan, reportSchema } from '@tideway/protocol';
import type { ReportOutbox } from '../channel/report-outbox.ts';
import type { Log } from '../log.ts';
import { StepFailure } from '../steps/step.ts';
import type { Clock } from '../system/clock.ts';
import { keepReserve } from '../system/disk-reserve.ts';
import { makePrivateFolder, moveIfThere, removeFolder } from '../system/durable-file.ts';
import { demandDisk, type JsonFile, jsonFile } from '../system/json-file.ts';
import { longestTimerMs } from '../system/timing.ts';
import type { DeviceApps } from './device-apps.ts';
import type { Finished, Happening } from './history.rules.ts';
import { Journal } from './journal.ts';
import { runHooksAfter } from './owner-hooks.ts';
import { AgentStopping, type Workplace } from './perform-act.ts';
import { type ReadPlan, readPlan } from './read-plan.ts';
import { reportsOf } from './report.rules.ts';
import { bootWithinS, runUpdate } from './run-update.ts';
import { UpdateOutput } from './update-output.ts';

export type RunnerDeps = Pick<Workplace, 'root' | 'environment' | 'configuration' | 'boot' | 'askForRegistry'> & {
  stateFolder: string;
  /** What the device can do as it is now. */
  able: () => Abilities;
  apps: DeviceApps;
  outbox: ReportOutbox;
  /** Makes what gives the verified artifacts of a plan. */
  artifactFetcher: (folder: string, document: Workplace['document']) => Workplace['artifactFetcher'];
  clock: Clock;
  log: Log;
  /** Told after each report, and when the device is free for the next update. */
  onChange: () => void;
  /** Told of what a step says while it runs, and for how many seconds it has been running. */
  onOutput: (stepRunsForS: number) => void;
  /** Told of what should never happen: the agent cannot go on. */
  onBug: (error: unknown) => void;
};

/** The one place where updates are carried out: one at a time. */
export class UpdateRunner {
  private readonly deps: RunnerDeps;
  private readonly finishedFile: JsonFile<DeviceReport>;
  private readonly agentStopping = new AbortController();
  private journal: Journal | null = null;
  private stopSwitch = new AbortController();
  private act: OpenAct | null = null;
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();

  constructor(deps: RunnerDeps) {
    this.deps = deps;
    const loss = 'without it the last update may run once more';
    this.finishedFile = jsonFile(path.join(deps.stateFolder, 'finished.json'), reportSchema, loss);
    // What is damaged is refused before anything is done, and not in the middle of an update.
    this.finishedFile.read();
  }

  /** The update that the device is at; null where it is free. */
  get current(): Plan | null {
    return this.journal?.plan ?? null;
  }

  /** The final report of the last update. */
  get lastResult(): DeviceReport | null {
    return this.finishedFile.read();
  }

  /** Goes on with the update that an earlier run of the agent has left. */
  resume(): void {
    const journal = Journal.reopen(this.journalFile, this.deps.clock);
    if (!journal) return;
    this.deps.log.info(`Going on with update ${journal.plan.update_id}.`);
    if (!journal.isFinished) journal.add({ type: 'agent_started' });
    this.go(journal);
  }

  /** Begins an update. */
  take(plan: Plan): void {
    if (this.journal) throw new Error(`Update ${this.journal.plan.update_id} is not finished`);
    this.deps.log.info(`Taking up update ${plan.update_id}.`);
    const { stateFolder } = this.deps;
    demandDisk(stateFolder, () => {
      removeFolder(path.join(stateFolder, 'updates'));
      keepReserve(stateFolder);
    });
    this.go(Journal.begin(this.journalFile, this.deps.clock, plan));
  }

  /** Reports the running update under the number that the server has given it anew. */
  adoptAttempt(attempt: number): void {
    if (!this.journal) return;
    this.journal.adoptAttempt(attempt);
    this.deps.outbox.forgetUpdate(this.journal.plan.update_id);
    this.queueReports(this.journal);
  }

  /** Stops the update where it can be stopped, and undoes it. */
  abort(updateId: string): void {
    if (this.journal?.plan.update_id === updateId) this.requestStop(this.journal, 'abort');
  }

  /** Where an abort waits for an act that is not broken off: for how long at most; else null. */
  get stopping(): { update_id: string; attempt: number; ends_in_s: number } | null {
    const { journal, act } = this;
    if (!journal || !act?.isNotStopped) return null;
    if (!journal.history.some((happening) => happening.type === 'stop_requested' && happening.by === 'abort'))
      return null;
    const { update_id, attempt } = journal.plan;
    return { update_id, attempt, ends_in_s: Math.max(0, Math.ceil((act.endsMs - performance.now()) / 1000)) };
  }

  /** Whether what runs has not ended although its time limit has been over for long: something holds it for ever. */
  get isStuck(): boolean {
    return this.act !== null && performance.now() > this.act.endsMs + longestEndingMs;
  }

  /** Ends what runs, and leaves the journal for the next start. */
  async stop(): Promise<void> {
    this.agentStopping.abort(new AgentStopping('The agent was stopped.'));
    clearTimeout(this.timer);
    await this.running;
  }

  /** The output of the update that runs, or of the last one while it is kept. */
  get output(): { update_id: string; attempt: number; read: UpdateOutput['read'] } | null {
    const update = this.current ?? this.lastResult;
    if (!update) return null;
    const { update_id, attempt } = update;
    const output = new UpdateOutput(this.folderOf(update_id), []);
    return { update_id, attempt, read: (offset, bytes) => output.read(offset, bytes) };
  }

  /** The last update's output is with the server: its folder can go. */
  dropOutput(updateId: string): void {
    if (this.current !== null) return;
    const folder = this.folderOf(updateId);
    demandDisk(folder, () => {
      // Whoever looks on the device still finds it.
      moveIfThere(path.join(folder, 'output'), path.join(this.deps.stateFolder, 'last-output'));
      removeFolder(folder);
    });
  }

  private go(journal: Journal): void {
    this.journal = journal;
    this.stopSwitch = new AbortController();
    this.queueReports(journal);
    this.armTimeLimit(journal);
    this.running = this.carryOut(journal).catch((error: unknown) => {
      if (!(error instanceof AgentStopping)) this.deps.onBug(error);
    });
  }

  private async carryOut(journal: Journal): Promise<void> {
    // What has begun is brought to its end whatever the device has lost meanwhile: there may be something to undo.
    const able = journal.history.some(({ type }) => type === 'step_started') ? null : this.deps.able();
    const read = readPlan(journal.plan, able);
    const result = await this.resultOf(journal, read);
    clearTimeout(this.timer);
    if ('document' in read) {
      await runHooksAfter(this.workplace(journal, read), journal, result, [this.agentStopping.signal]);
    }
    // Only now: the update may have gone on under a new attempt.
    const { plan } = journal;
    this.deps.log.info(`Update ${plan.update_id} ${result.event}${result.message ? `: ${result.message}` : '.'}`);
    if (result.event === 'succeeded' && 'document' in read && read.document.app) this.deps.apps.set(read.document.app);
    const report = reportsOf(plan, journal.history).at(-1);
    if (report) this.finishedFile.write(report);
    journal.remove();
    this.journal = null;
    const folder = this.folderOf(plan.update_id);
    demandDisk(folder, () => {
      for (const name of ['steps', 'artifacts']) removeFolder(path.join(folder, name));
    });
    this.deps.onChange();
  }

  private async resultOf(journal: Journal, read: ReadPlan): Promise<Finished> {
    const last = journal.history.at(-1);
    if (last?.type === 'finished') return last;
    const record = (happening: Happening) => {
      if ('document' in read) this.act = actBegunBy(happening, read.document.flow);
      this.record(journal, happening);
    };
    if ('document' in read) return runUpdate(this.workplace(journal, read), journal, record, this.interruptions);
    const result = refusedPlan(read.fault);
    record(result);
    return result;
  }

  private workplace({ plan }: Journal, { document }: { document: Workplace['document'] }): Workplace {
    const { root, environment, configuration, boot, askForRegistry } = this.deps;
    const folder = this.folderOf(plan.update_id);
    demandDisk(folder, () => makePrivateFolder(folder));
    const output = new UpdateOutput(folder, Object.values(plan.secrets), this.deps.onOutput);
    const artifactFetcher = this.deps.artifactFetcher(path.join(folder, 'artifacts'), document);
    const own = { root, environment, configuration, boot, askForRegistry };
    return { ...own, plan, document, folder, output, artifactFetcher };
  }

  private record(journal: Journal, happening: Happening): void {
    journal.add(happening);
    this.queueReports(journal);
  }

  private queueReports(journal: Journal): void {
    this.deps.outbox.add(reportsOf(journal.plan, journal.history));
    this.deps.onChange();
  }

  private requestStop(journal: Journal, by: 'abort' | 'time_limit'): void {
    if (journal.isFinished || journal.history.some(({ type }) => type === 'stop_requested')) return;
    this.deps.log.info(`Stopping update ${journal.plan.update_id}: ${by === 'abort' ? 'aborted' : 'out of time'}.`);
    journal.add({ type: 'stop_requested', by });
    const fault = by === 'abort' ? 'The update was aborted.' : 'The time limit of the whole update is over.';
    this.stopSwitch.abort(new StepFailure(by === 'abort' ? 'stopped' : 'timed_out', fault));
    this.deps.onChange();
  }

  private armTimeLimit(journal: Journal): void {
    const waitMs = Math.min(Math.max(journal.remainingMs, 0), longestTimerMs);
    this.timer = setTimeout(() => {
      try {
        if (journal.remainingMs > 0) this.armTimeLimit(journal);
        else this.requestStop(journal, 'time_limit');
      } catch (error) {
        this.deps.onBug(error);
      }
    }, waitMs);
  }

  private get interruptions() {
    return { stop: this.stopSwitch.signal, agentStopping: this.agentStopping.signal };
  }

  private get journalFile(): string {
    return path.join(this.deps.stateFolder, 'journal.json');
  }

  /** The id comes from outside: it must name a folder below `updates` and nothing else. */
  private folderOf(updateId: string): string {
    return path.join(this.deps.stateFolder, 'updates', `update-${encodeURIComponent(updateId)}`);
  }
}

/** More than an act takes to end when its time is over. */
const longestEndingMs = 10 * 60_000;

/** What runs on the device at the moment. */
type OpenAct = { endsMs: number; isNotStopped: boolean };

function actBegunBy(happening: Happening, { steps, rollback }: FlowDocument): OpenAct | null {
  const open = (timeoutS: number, isNotStopped: boolean) => ({
    endsMs: performance.now() + timeoutS * 1000,
    isNotStopped,
  });
  switch (happening.type) {
    case 'step_started':
    case 'undo_started': {
      const step = steps[happening.step];
      return step ? open(step.timeout_s, happening.type === 'undo_started' || step.uninterruptible) : null;
    }
    case 'rollback_started':
      return rollback && open(rollback.timeout_s, true);
    case 'boot_requested':
      return open(bootWithinS, true);
    default:
      return null;
  }
}

function refusedPlan({ reason, message }: { reason: string; message: string }): Finished {
  return { type: 'finished', event: 'failed', step: null, reason, message, exit_code: null, undone: [] };
}
