import { chmodSync, copyFileSync, existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { syncDisks } from '../system/disk.ts';
import { makeFolder, readIfThere, removeDurably, removeFolder, writeDurably } from '../system/durable-file.ts';
import { launcherScript } from './launcher.ts';
import type { ProgramKind, Rejection } from './offer.rules.ts';

/**
 * The folder from which the launcher starts the agent. `current` and `previous` name versions; `versions/VERSION` holds a
 * program and what is known of it. Each change is the rename of one file: a power cut leaves what was or what is to be.
 */
export class ProgramFolder {
  readonly launcher: string;
  private readonly folder: string;

  constructor(folder: string) {
    this.folder = path.resolve(folder);
    this.launcher = path.join(this.folder, 'tideway-agent');
  }

  /** Makes the launcher start the program of `file`, as somebody wishes who installs it. */
  async layOut(version: string, kind: ProgramKind, file: string): Promise<void> {
    const current = this.lineOf('current');
    makeFolder(this.folderOf(version));
    await giveName(file, this.programOf(version, kind));
    rmSync(this.programOf(version, kind === 'node' ? 'executable' : 'node'), { force: true });
    this.removeMarks(version, ['starts', 'rejected', 'rejected-for-good']);
    if (kind === 'node') this.write('node', process.execPath);
    writeDurably(this.launcher, launcherScript, 0o755);
    if (current !== null && current !== version && this.isProven(current)) this.write('previous', current);
    this.write('current', version);
  }

  /** Lets the launcher start `version` from now on, and go back to `own` where it does not prove itself. */
  switchTo(version: string, own: string): void {
    this.removeMarks(version, ['starts', 'rejected', 'proven']);
    this.write('previous', own);
    this.write('current', version);
  }

  /** Where the program of a version has its place; its folder is there after the call. */
  placeFor(version: string, kind: ProgramKind): string {
    makeFolder(this.folderOf(version));
    return this.programOf(version, kind);
  }

  isProven(version: string): boolean {
    return existsSync(this.markOf(version, 'proven'));
  }

  /** Notes that the program of `version` does its work. */
  prove(version: string): void {
    if (!this.isProven(version)) writeDurably(this.markOf(version, 'proven'), '\n');
  }

  /** Removes all but these versions, and what nobody goes back to any more. What was given up stays known. */
  keepOnly(versions: readonly (string | null)[]): void {
    const kept = [...versions, this.lineOf('current'), this.lineOf('previous')];
    for (const other of this.versions().filter((one) => !kept.includes(one))) {
      if (existsSync(this.markOf(other, 'rejected-for-good'))) {
        for (const kind of ['node', 'executable'] as const) rmSync(this.programOf(other, kind), { force: true });
      } else if (!existsSync(this.markOf(other, 'rejected'))) removeFolder(this.folderOf(other));
    }
  }

  rejections(): Rejection[] {
    return this.versions().flatMap((version) => {
      const fault = readIfThere(this.markOf(version, 'rejected'))?.trim();
      const isFinal = existsSync(this.markOf(version, 'rejected-for-good'));
      return fault === undefined ? [] : [{ version, fault, isFinal }];
    });
  }

  rejectForGood(version: string): void {
    writeDurably(this.markOf(version, 'rejected-for-good'), '\n');
  }

  /** Lets a version be tried again. */
  pardon(version: string): void {
    this.removeMarks(version, ['rejected']);
  }

  private removeMarks(version: string, marks: Mark[]): void {
    for (const mark of marks) removeDurably(this.markOf(version, mark));
  }

  private versions(): string[] {
    const folder = path.join(this.folder, 'versions');
    return existsSync(folder) ? readdirSync(folder) : [];
  }

  private folderOf(version: string): string {
    return path.join(this.folder, 'versions', version);
  }

  private markOf(version: string, mark: Mark): string {
    return path.join(this.folderOf(version), mark);
  }

  private programOf(version: string, kind: ProgramKind): string {
    return path.join(this.folderOf(version), kind === 'node' ? 'tideway-agent.mjs' : 'tideway-agent');
  }

  private lineOf(name: string): string | null {
    return readIfThere(path.join(this.folder, name))?.trim() || null;
  }

  private write(name: string, line: string): void {
    writeDurably(path.join(this.folder, name), `${line}\n`, 0o644);
  }
}

type Mark = 'proven' | 'starts' | 'rejected' | 'rejected-for-good';

/** Puts a copy of `file`, to be run, in the place of `place`: whole, and for sure after the return. */
async function giveName(file: string, place: string): Promise<void> {
  const beside = `${place}.copy`;
  copyFileSync(file, beside);
  chmodSync(beside, 0o755);
  await syncDisks([path.dirname(place)]);
  renameSync(beside, place);
  await syncDisks([path.dirname(place)]);
}
