import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, rmSync, truncateSync, writeSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { StepFailure } from '../steps/step.ts';
import { demandRoom, pacing, syncDisks } from '../system/disk.ts';
import { readIfThere } from '../system/durable-file.ts';
import { copyWithAttributes, linkIfPossible, lookAt } from '../system/files.ts';

/** What was at a place before the step changed anything there. */
export type PreviousState = z.infer<typeof stateSchema>;

/**
 * Makes the folder for what a step needs to be undone. A step does so before anything else, so that a folder that is
 * missing later is one that was lost.
 */
export async function beginKeeping(keepFolder: string): Promise<void> {
  const folder = folderIn(keepFolder);
  if (lookAt(folder)) return;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  await syncDisks([folder]);
}

/**
 * What a step needs to be undone, in its keep folder: it is on the disk before the first file is changed. Also after a
 * crash and a second run, what was found first stands.
 */
export class PreviousFiles {
  private readonly mark: string;
  private readonly folder: string;
  private readonly stagings = new Set<string>();
  private readonly byPlace = new Map<string, PreviousState>();
  private kept = 0;

  constructor(keepFolder: string) {
    this.folder = folderIn(keepFolder);
    this.mark = `.tideway-${createHash('sha256').update(this.folder).digest('hex').slice(0, 12)}`;
    if (!lookAt(this.folder)) {
      const fault = `${this.folder}, in which the step keeps what was there before, is gone`;
      throw new StepFailure('undo_incomplete', `${fault}: what it has put in place stays as it is.`);
    }
    this.read();
  }

  get states(): PreviousState[] {
    return [...this.byPlace.values()];
  }

  wasAbsent(place: string): boolean {
    return this.byPlace.get(place)?.was === 'absent';
  }

  /** Where that which was there is kept. */
  keptOf({ number }: Extract<PreviousState, { was: 'there' }>): string {
    return path.join(this.folder, String(number));
  }

  /** Where a file is put together beside its place, on its way there. */
  besideOf(place: string): string {
    return path.join(path.dirname(place), `${this.mark}.new`);
  }

  /** Makes an empty folder in `parent`, where the new files are put together. */
  makeStaging(parent: string): string {
    const staging = path.join(parent, this.mark);
    this.append([{ was: 'staging', place: staging }]);
    mkdirSync(staging, { mode: 0o700 });
    return staging;
  }

  /** Removes what this or an earlier run has put together. */
  removeStaging(): void {
    // `force` alone does not bear a file where the folder above was.
    for (const staging of this.stagings) if (lookAt(staging)) rmSync(staging, { recursive: true, force: true });
  }

  /** Keeps what is at these places now, where nothing is kept of them yet. */
  async keep(places: string[], signal: AbortSignal): Promise<void> {
    const pace = pacing(signal);
    const states: PreviousState[] = [];
    const toCopy: { from: string; to: string; size: number }[] = [];
    for (const place of new Set(places)) {
      await pace();
      if (this.byPlace.has(place)) continue;
      const state = this.stateOf(place);
      states.push(state);
      if (state.was !== 'there') continue;
      const to = this.keptOf(state);
      // A run that was broken off may have left one that nothing tells of.
      rmSync(to, { force: true });
      if (!linkIfPossible(place, to)) toCopy.push({ from: place, to, size: lookAt(place)?.size ?? 0 });
    }
    await this.copyAll(toCopy, signal);
    if (states.some(({ was }) => was === 'there')) await syncDisks([this.folder]);
    this.append(states);
  }

  private async copyAll(copies: { from: string; to: string; size: number }[], signal: AbortSignal): Promise<void> {
    const bytes = copies.reduce((sum, { size }) => sum + size, 0);
    demandRoom(this.folder, bytes, 'Keeping the previous files');
    for (const { from, to } of copies) {
      signal.throwIfAborted();
      await copyWithAttributes(from, to);
    }
  }

  private stateOf(place: string): PreviousState {
    const found = lookAt(place);
    if (!found) return { was: 'absent', place };
    if (found.isFile() || found.isSymbolicLink()) return { was: 'there', place, number: this.kept++ };
    throw new StepFailure('path_conflict', `${place} is neither a file nor a link.`);
  }

  private append(lines: Line[]): void {
    const handle = openSync(this.manifest, 'a', 0o600);
    try {
      const bytes = Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
      for (let at = 0; at < bytes.length; at += writeSync(handle, bytes, at));
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    for (const line of lines) this.take(line);
  }

  private read(): void {
    const text = readIfThere(this.manifest) ?? '';
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    // A crash in the middle of writing leaves half a line, of which nothing has come yet.
    if (whole !== text) truncateSync(this.manifest, Buffer.byteLength(whole));
    for (const line of whole.split('\n')) if (line !== '') this.take(this.parse(line));
  }

  private parse(line: string): Line {
    try {
      return lineSchema.parse(JSON.parse(line));
    } catch {
      const fault = `${this.manifest}, in which the step notes what was there before, is damaged`;
      throw new StepFailure('keep_folder_damaged', `${fault}: what it has put in place stays as it is.`);
    }
  }

  private take(line: Line): void {
    if (line.was === 'staging') this.stagings.add(line.place);
    else this.byPlace.set(line.place, line);
    if (line.was === 'there') this.kept = Math.max(this.kept, line.number + 1);
  }

  private get manifest(): string {
    return path.join(this.folder, 'manifest');
  }
}

function folderIn(keepFolder: string): string {
  return path.join(keepFolder, 'previous');
}

const place = z.string();
const absent = z.object({ was: z.literal('absent'), place });
const there = z.object({ was: z.literal('there'), place, number: z.number() });
const stateSchema = z.discriminatedUnion('was', [absent, there]);

type Line = z.infer<typeof lineSchema>;
const lineSchema = z.discriminatedUnion('was', [absent, there, z.object({ was: z.literal('staging'), place })]);
