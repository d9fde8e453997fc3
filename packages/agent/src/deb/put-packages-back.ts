import { existsSync } from 'node:fs';
import { type StepContext, StepFailure } from '../steps/step.ts';
import type { PackageState } from './deb-text.rules.ts';
import { keepCopy } from './install-packages.ts';
import { KeptPackages, type PackageFile } from './kept-packages.ts';
import { PackageTools } from './package-tools.ts';
import { type PreviousPackage, PreviousPackages } from './previous-packages.ts';

/**
 * Puts back the versions that were there before, and takes away what was not. Throws StepFailure `not_restored`, after
 * all the rest is done, with what could not be put back. Safe to repeat.
 */
export async function putPackagesBack(context: StepContext): Promise<void> {
  const previous = new PreviousPackages(context.keepFolder).all;
  if (previous.length === 0) return;
  const tools = new PackageTools(context);
  await tools.repair();
  const before = await tools.packages();
  const files = await filesOf(
    previous.filter((one) => !isAsBefore(one, before)),
    tools,
    context,
  );
  if (files.length > 0) await tools.dpkgDone(['--install', '--', ...files.map(({ file }) => file)]);
  await takeAway(
    '--purge',
    previous.filter(({ had_settings }) => !had_settings),
    tools,
  );
  await takeAway(
    '--remove',
    previous.filter(({ had_settings }) => had_settings),
    tools,
  );
  const now = await tools.packages();
  await new KeptPackages(context.root).keep(files, now);
  const different = previous.filter((one) => !isAsBefore(one, now));
  if (different.length > 0)
    throw new StepFailure('not_restored', `Not put back: ${different.map((one) => inWords(one, now)).join('; ')}.`);
}

async function filesOf(previous: PreviousPackage[], tools: PackageTools, context: StepContext): Promise<PackageFile[]> {
  const files: PackageFile[] = [];
  for (const { name, version, file } of previous) {
    if (version === null) continue;
    // What could not be had then may be there again.
    const found = file !== null && existsSync(file) ? file : await keepCopy(name, version, tools, context);
    if (found !== null) files.push({ name, version, file: found });
  }
  return files;
}

async function takeAway(verb: '--purge' | '--remove', previous: PreviousPackage[], tools: PackageTools): Promise<void> {
  const now = await tools.packages();
  const names = previous.filter((one) => one.version === null && !isAsBefore(one, now)).map(({ name }) => name);
  if (names.length > 0) await tools.dpkgDone([verb, '--', ...names]);
}

function isAsBefore({ name, version, had_settings }: PreviousPackage, now: Map<string, PackageState>): boolean {
  const state = now.get(name);
  if (version === null) return had_settings ? !state?.isThere : state === undefined;
  return state?.isWhole === true && state.version === version;
}

function inWords({ name, version }: PreviousPackage, now: Map<string, PackageState>): string {
  const is = now.get(name);
  const was = version === null ? 'was not there' : `was ${version}`;
  const why = version !== null && is?.version !== version ? ', which is not to be had any more' : '';
  return `${name} ${was}${why}, and ${is ? `is ${is.version}` : 'is gone'}`;
}
