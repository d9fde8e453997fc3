import { mkdirSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { type FetchedArtifact, type StepContext, StepFailure } from '../steps/step.ts';
import { syncDisks } from '../system/disk.ts';
import { copyWithAttributes } from '../system/files.ts';
import { readSimulation } from './deb-text.rules.ts';
import { KeptPackages, type PackageFile } from './kept-packages.ts';
import { PackageTools, packageFailure } from './package-tools.ts';
import { PreviousPackages } from './previous-packages.ts';

export type PackageOrder = { packages: { name: string; version: string | null }[]; artifacts: FetchedArtifact[] };

/**
 * Installs packages from the device's sources and from artifacts, all at once. What is there of them, and of what they
 * bring along, is noted before and kept where it can be had. Nothing is removed for them. Safe to repeat.
 */
export async function installPackages(order: PackageOrder, context: StepContext): Promise<void> {
  const tools = new PackageTools(context);
  if (order.packages.length > 0 && !tools.hasApt) {
    throw new StepFailure('unsupported', 'Packages by their names need apt-get, which this device has not.');
  }
  const files = await filesOf(order.artifacts, tools, context);
  await tools.repair();
  if (order.packages.length > 0) await tools.updateLists();
  const words = [
    ...order.packages.map(({ name, version }) => (version === null ? name : `${name}=${version}`)),
    ...files.map(({ file }) => file),
  ];
  const changed = await changedBy(words, files, tools);
  await keepPrevious(changed, tools, context);
  const end = tools.hasApt
    ? await tools.apt(['install', '--no-remove', '--allow-downgrades', '--', ...words])
    : await tools.dpkg(['--install', '--', ...words], true);
  if (end.exitCode !== 0) throw packageFailure(tools.hasApt ? 'apt-get' : 'dpkg', end);
  await demandInstalled([...order.packages, ...files], tools);
  await new KeptPackages(context.root).keep(files, await tools.packages());
}

/** apt-get takes a file for a package only by the end of its name. */
async function filesOf(artifacts: FetchedArtifact[], tools: PackageTools, { keepFolder }: StepContext) {
  const folder = path.join(keepFolder, 'new');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  const files: PackageFile[] = [];
  for (const artifact of artifacts) {
    const file = path.join(folder, `${artifact.sha256}.deb`);
    symlinkSync(artifact.file, file);
    const fields = await tools.fieldsOf(file);
    if (!fields) throw new StepFailure('package_refused', `The artifact ${artifact.path} is no Debian package.`);
    files.push({ ...fields, file });
  }
  return files;
}

/** The packages that would be changed. Throws StepFailure where they cannot be installed, before anything is. */
async function changedBy(words: string[], files: PackageFile[], tools: PackageTools): Promise<string[]> {
  if (!tools.hasApt) return files.map(({ name }) => name);
  const simulate = () => tools.apt(['install', '--simulate', '--allow-downgrades', '--', ...words], { isShown: false });
  let end = await simulate();
  if (end.exitCode !== 0 && files.length === words.length) {
    // Where only artifacts are installed, a source is needed but for what they bring along.
    await tools.updateLists();
    end = await simulate();
  }
  if (end.exitCode !== 0) throw packageFailure('apt-get', end);
  const { installed, removed } = readSimulation(end.out);
  if (removed.length === 0) return installed;
  const message = `${removed.join(', ')} would have to be removed, and nothing is removed for what a step installs.`;
  throw new StepFailure('would_remove', message);
}

async function keepPrevious(names: string[], tools: PackageTools, context: StepContext): Promise<void> {
  const previous = new PreviousPackages(context.keepFolder);
  const unknown = previous.unknownOf(names);
  const now = await tools.packages();
  const found = [];
  for (const name of unknown) {
    const state = now.get(name);
    const version = state?.isThere ? state.version : null;
    const file = version === null ? null : await keepCopy(name, version, tools, context);
    if (version !== null && file === null) {
      context.output(`${name} ${version} cannot be had any more: this step could not put it back.\n`);
    }
    found.push({ name, version, had_settings: state !== undefined && !state.isThere, file });
  }
  await syncDisks([context.keepFolder]);
  if (found.length > 0) previous.add(found);
}

/** Brings a copy of the package that is installed into the keep folder; null where nobody has it any more. */
export async function keepCopy(
  name: string,
  version: string,
  tools: PackageTools,
  { root, keepFolder }: StepContext,
): Promise<string | null> {
  const folder = path.join(keepFolder, 'previous', encodeURIComponent(name));
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const kept = await new KeptPackages(root).find(name, version, tools);
  if (kept) await copyWithAttributes(kept, path.join(folder, 'package.deb'));
  else if (tools.hasApt) await tools.apt(['download', '--', `${name}=${version}`], { isShown: false, folder });
  const [file] = readdirSync(folder).filter((one) => one.endsWith('.deb'));
  return file === undefined ? null : path.join(folder, file);
}

async function demandInstalled(wanted: PackageOrder['packages'], tools: PackageTools): Promise<void> {
  const now = await tools.packages();
  for (const { name, version } of wanted) {
    const state = now.get(name);
    if (state?.isWhole && (version === null || state.version === version)) continue;
    const is = state ? `${name} ${state.version} is ${state.isWhole ? '' : 'half '}there` : `${name} is not there`;
    throw new StepFailure('packages_failed', `After the installation ${is}.`);
  }
}
