import { mkdirSync, renameSync, rmdirSync, rmSync, unlinkSync } from 'node:fs';
import path from 'node:path';
import { type StepContext, StepFailure } from '../steps/step.ts';
import { pacing, syncDisks } from '../system/disk.ts';
import { copyWithAttributes, hasCode, linkIfPossible, lookAt } from '../system/files.ts';
import { PreviousFiles, type PreviousState } from './previous-files.ts';

/**
 * Puts back what was there before the files were placed, and removes what was not. Safe to repeat, and to do after a
 * run that was broken off anywhere. What cannot be put back keeps nothing else from it.
 */
export async function putBack({
  keepFolder,
  signal,
  output,
}: Pick<StepContext, 'keepFolder' | 'signal' | 'output'>): Promise<void> {
  const previous = new PreviousFiles(keepFolder);
  previous.removeStaging();
  const faults: string[] = [];
  const pace = pacing(signal);
  for (const state of previous.states.reverse()) {
    await pace();
    try {
      await restore(state, previous, output);
    } catch (error) {
      faults.push(`${state.place}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  await syncDisks(previous.states.map(({ place }) => path.dirname(place)).filter((folder) => lookAt(folder)));
  if (faults.length > 0) throw new StepFailure('undo_incomplete', sentenceOf(faults));
}

async function restore(state: PreviousState, previous: PreviousFiles, output: StepContext['output']): Promise<void> {
  const { place } = state;
  const beside = previous.besideOf(place);
  if (lookAt(beside)) rmSync(beside);
  if (state.was === 'absent') return removeNew(place, output);
  const kept = previous.keptOf(state);
  if (isSameFile(kept, place)) return;
  if (lookAt(place)?.isDirectory()) throw new Error('a folder is there now, and stays');
  makeFolderOf(place);
  try {
    if (!linkIfPossible(kept, beside)) await copyWithAttributes(kept, beside);
    renameSync(beside, place);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  }
}

function makeFolderOf(place: string): void {
  const folder = path.dirname(place);
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    if (hasCode(error, 'EEXIST', 'ENOTDIR')) throw new Error(`${folder} cannot be made a folder: a file is in the way`);
    throw error;
  }
}

function removeNew(place: string, output: StepContext['output']): void {
  const found = lookAt(place);
  if (!found) return;
  try {
    if (found.isDirectory()) rmdirSync(place);
    else unlinkSync(place);
  } catch (error) {
    if (!hasCode(error, 'ENOTEMPTY', 'EEXIST')) throw error;
    output(`${place} stays: it holds what this step did not put there.\n`);
  }
}

/** Renaming one name of a file over another of the same file would do nothing. */
function isSameFile(kept: string, place: string): boolean {
  const [one, other] = [lookAt(kept), lookAt(place)];
  return one !== undefined && one.dev === other?.dev && one.ino === other.ino;
}

function sentenceOf(faults: string[]): string {
  const shown = faults.slice(0, 5).join('; ');
  const more = faults.length > 5 ? ` and ${faults.length - 5} more` : '';
  return `Not put back: ${shown}${more}.`;
}
