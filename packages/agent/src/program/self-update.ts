import { createHash } from 'node:crypto';
import { chmodSync, createReadStream, rmSync } from 'node:fs';
import path from 'node:path';
import type { AgentFile, AgentManifest, AgentOffer } from '@tideway/protocol';
import type { Range } from '../channel/server-door.ts';
import { type ArtifactStream, download } from '../download/resumable-download.ts';
import type { Log } from '../log.ts';
import { syncDisks } from '../system/disk.ts';
import { isSystemFault, lookAt } from '../system/files.ts';
import { reasonOf } from '../system/probes.ts';
import { longestTimerMs } from '../system/timing.ts';
import { fileFor, nextTryMs, type ProgramKind, verdictOn, wantedVersion } from './offer.rules.ts';
import type { ProgramFolder } from './program-folder.ts';

export type SelfUpdateDeps = {
  programs: ProgramFolder;
  own: { version: string; kind: ProgramKind; os: string; arch: string };
  /** False where the agent only proves itself, and stays what it is. */
  isWanted: boolean;
  manifest: (signal: AbortSignal) => Promise<AgentManifest>;
  open: (name: string, range: Range | undefined, signal: AbortSignal) => Promise<ArtifactStream>;
  /** Whether nothing is going on that must not be disturbed. */
  isIdle: () => boolean;
  random: () => number;
  log: Log;
  /** Another program stands in the place of this one: the agent has to take up nothing more, and to end. */
  onReplaced: () => void;
};

/** Replaces the agent's program by the one that the server gives out, when the device has nothing else to do. */
export class SelfUpdate {
  private readonly deps: SelfUpdateDeps;
  private readonly startedMs = performance.now();
  private reachedAfterMs: number | null = null;
  private isJudged = false;
  private hasWarnedOfFolder = false;
  /** Undefined until the server has said it. */
  private wanted: string | null | undefined;
  private failures = 0;
  private timer: NodeJS.Timeout | undefined;
  private working: AbortController | null = null;
  private running: Promise<void> = Promise.resolve();
  private isOver = false;
  /** It would be time, were the device idle. */
  private isPutOff = false;

  constructor(deps: SelfUpdateDeps) {
    this.deps = deps;
  }

  /** What the server is to know: which programs were given up on this device, and why. */
  get attributes(): { agent_rejected?: string } {
    const rejections = this.inFolder(() => this.deps.programs.rejections()) ?? [];
    const said = rejections.map(({ version, fault }) => `${version}: ${fault}`);
    return said.length > 0 ? { agent_rejected: said.join(', ').slice(-1000) } : {};
  }

  /** The server has answered: this program does its work, and what became of the one before it can be judged. */
  reached(): void {
    if (this.isJudged) return;
    this.reachedAfterMs ??= performance.now() - this.startedMs;
    const { reachedAfterMs } = this;
    this.isJudged = this.inFolder(() => this.judge(reachedAfterMs)) ?? false;
  }

  /** What the server says at the beginning of a session. */
  offered(offer: AgentOffer | null): void {
    const { programs, own, isWanted, random } = this.deps;
    // Where that cannot be read, any version may be one that was given up.
    const rejections = this.inFolder(() => programs.rejections());
    const wanted = isWanted && rejections ? wantedVersion(offer, own.version, rejections) : null;
    if (wanted === this.wanted || this.isOver) return;
    this.wanted = wanted;
    this.failures = 0;
    this.working?.abort(new Interrupted('The server gives another program out.'));
    // Only now: an earlier run of the agent may have begun to fetch what is wanted.
    this.inFolder(() => programs.keepOnly([own.version, wanted]));
    this.tryIn(wanted === null ? null : (offer?.spread_s ?? 0) * 1000 * random());
  }

  /** Breaks a download off where the device has got something better to do; goes on where it was once that is done. */
  heed(): void {
    if (!this.deps.isIdle()) this.working?.abort(new Interrupted('The device has an update to carry out.'));
    else if (this.isPutOff) this.tryIn(0);
  }

  async stop(): Promise<void> {
    this.isOver = true;
    this.tryIn(null);
    this.working?.abort(new Interrupted('The agent was stopped.'));
    await this.running;
  }

  /** Itself first: the launcher waits for that. */
  private judge(reachedAfterMs: number): true {
    const { programs, own, log } = this.deps;
    const isProven = programs.isProven(own.version);
    programs.prove(own.version);
    if (!isProven) log.info(`The program ${own.version} has proved itself.`);
    for (const rejection of programs.rejections()) {
      const verdict = verdictOn(rejection, reachedAfterMs);
      if (verdict === 'for_good') programs.rejectForGood(rejection.version);
      if (verdict === 'pardon') programs.pardon(rejection.version);
    }
    return true;
  }

  /** Null where the disk refuses the work: it may be full, or read-only by intent, which must not end what the agent is at. */
  private inFolder<T>(work: () => T): T | null {
    try {
      return work();
    } catch (error) {
      if (!isSystemFault(error)) throw error;
      const fault = `The folder of programs cannot be read or written as it has to be: ${reasonOf(error)}.`;
      if (!this.hasWarnedOfFolder) this.deps.log.warn(`${fault} The agent goes on, and tries again.`);
      this.hasWarnedOfFolder = true;
      return null;
    }
  }

  private tryIn(delayMs: number | null): void {
    clearTimeout(this.timer);
    this.isPutOff = false;
    if (delayMs === null) return;
    this.timer = setTimeout(
      () => {
        this.running = this.running.then(() => this.try());
      },
      Math.min(delayMs, longestTimerMs),
    ).unref();
  }

  private async try(): Promise<void> {
    const { wanted } = this;
    if (!wanted || this.isOver) return;
    if (!this.deps.isIdle()) {
      this.putOff();
      return;
    }
    const working = new AbortController();
    const { signal } = working;
    this.working = working;
    try {
      this.replace(await this.fetch(signal));
    } catch (error) {
      this.tryAgain(wanted, signal.aborted ? signal.reason : error);
    } finally {
      this.working = null;
    }
  }

  private tryAgain(wanted: string, error: unknown): void {
    if (this.wanted !== wanted || this.isOver) return;
    if (error instanceof Interrupted) {
      this.putOff();
      return;
    }
    this.failures += 1;
    const delayMs = nextTryMs(this.failures, this.deps.random());
    this.deps.log.warn(
      `The program ${wanted} was not taken: ${reasonOf(error)} Next try in ${Math.ceil(delayMs / 1000)} s.`,
    );
    this.tryIn(delayMs);
  }

  private putOff(): void {
    this.tryIn(lookAgainMs);
    this.isPutOff = true;
  }

  /** Gives the version that is there now: the newest word counts. */
  private async fetch(signal: AbortSignal): Promise<string> {
    const { programs, own, log } = this.deps;
    const manifest = await this.deps.manifest(signal);
    const { version } = manifest;
    if (wantedVersion({ version, spread_s: 0 }, own.version, programs.rejections()) === null) {
      throw new Error(`The server gives out ${version} now.`);
    }
    const file = fileFor(manifest, own);
    if (!file) throw new Error(`The server has no program of this kind (${own.kind}, ${own.os}, ${own.arch}).`);
    log.info(`Fetching the program ${version} (${file.name}).`);
    const place = programs.placeFor(version, own.kind);
    if (lookAt(place) && (await sha256Of(place)) !== file.sha256) rmSync(place);
    if (!lookAt(place)) await this.download(file, place, signal);
    chmodSync(place, 0o755);
    await syncDisks([path.dirname(place)]);
    signal.throwIfAborted();
    return version;
  }

  private download(file: AgentFile, place: string, signal: AbortSignal): Promise<void> {
    const open = (_artifact: unknown, range: Range | undefined) => this.deps.open(file.name, range, signal);
    return download({ path: file.name, sha256: file.sha256, size: file.size }, place, {
      open,
      signal,
      output: () => undefined,
    });
  }

  /** In one go: nothing can begin between the look whether the device is idle and the word that this program ends. */
  private replace(version: string): void {
    const { programs, own, log, isIdle, onReplaced } = this.deps;
    if (!isIdle()) throw new Interrupted('The device has an update to carry out.');
    programs.switchTo(version, own.version);
    this.isOver = true;
    log.info(`The program ${version} takes the place of ${own.version}: starting anew.`);
    onReplaced();
  }
}

/** Broken off without a fault. */
class Interrupted extends Error {}

const lookAgainMs = 10_000;

async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk);
  return hash.digest('hex');
}
