import path from 'node:path';
import { type ProgramEnd, runProgram } from '../steps/program.ts';
import { type StepContext, StepFailure } from '../steps/step.ts';
import { writeDurably } from '../system/durable-file.ts';
import { findProgram } from '../system/find-program.ts';
import { pause } from '../system/timing.ts';
import {
  fileFormat,
  isLockHeld,
  type PackageState,
  packageFormat,
  packageReason,
  readPackages,
} from './deb-text.rules.ts';

/** dpkg and apt-get, as they may run on a device: they ask nobody, keep its settings, and wait for each other. */
export class PackageTools {
  readonly hasApt: boolean;
  private readonly context: StepContext;
  private readonly environment: Record<string, string>;

  constructor(context: StepContext) {
    this.environment = ownEnvironment(context);
    this.context = { ...context, environment: this.environment };
    this.hasApt = findProgram('apt-get', this.environment) !== null;
  }

  /** Ends what an earlier dpkg was broken off at. Waits for whoever installs packages beside us. */
  async repair(): Promise<void> {
    const end = await this.whenUnlocked(() => this.dpkg(['--configure', '--pending']));
    // What is still missing may be what the step installs.
    if (end.exitCode !== 0) this.context.output(end.said);
  }

  /** Brings the lists of the sources up to date; where that fails, those that are there have to do. */
  async updateLists(): Promise<void> {
    const end = await this.whenUnlocked(() => this.apt(['update'], { isShown: false }));
    const faults = end.said.split('\n').filter((line) => /^[EW]: /.test(line));
    if (faults.length > 0) this.context.output(`${faults.join('\n')}\n`);
  }

  async packages(): Promise<Map<string, PackageState>> {
    const folder = path.join(this.context.root, 'var/lib/dpkg');
    const words = [`--admindir=${folder}`, '--show', `--showformat=${packageFormat}`];
    const end = await this.run('dpkg-query', words, false);
    // It fails as well where there are no packages at all.
    return readPackages(end.exitCode === 0 ? end.out : '', await this.architecture());
  }

  /** Name and version of a package in a file; null where the file is none. */
  async fieldsOf(file: string): Promise<{ name: string; version: string } | null> {
    const end = await this.run('dpkg-deb', ['--show', `--showformat=${fileFormat}`, '--', file], false);
    const [[name, state] = []] = readPackages(end.out, await this.architecture());
    return end.exitCode === 0 && name !== undefined && state ? { name, version: state.version } : null;
  }

  async apt(words: string[], { isShown = true, folder = null as string | null } = {}): Promise<ProgramEnd> {
    const options = [
      '-q',
      '-y',
      '-o',
      'Dpkg::Use-Pty=0',
      // It knows the database of dpkg again by its size and second alone: one that was just changed would seem the old one.
      '-o',
      'Dir::Cache::pkgcache=',
      '-o',
      'DPkg::Lock::Timeout=600',
      ...dpkgOptions.flatMap((one) => ['-o', `DPkg::Options::=${one}`]),
    ];
    return this.run('apt-get', [...options, ...words], isShown, folder);
  }

  async dpkg(words: string[], isShown = false): Promise<ProgramEnd> {
    const { root } = this.context;
    return this.run('dpkg', [...(root === '/' ? [] : [`--root=${root}`]), ...dpkgOptions, ...words], isShown);
  }

  /** The same, for what has to succeed. */
  async dpkgDone(words: string[]): Promise<void> {
    const end = await this.dpkg(words, true);
    if (end.exitCode !== 0) throw packageFailure('dpkg', end);
  }

  private async architecture(): Promise<string> {
    return (await this.run('dpkg', ['--print-architecture'], false)).out.trim();
  }

  private async whenUnlocked(work: () => Promise<ProgramEnd>): Promise<ProgramEnd> {
    for (let isFirst = true; ; isFirst = false) {
      const end = await work();
      if (end.exitCode === 0 || !isLockHeld(end.said)) return end;
      if (isFirst) this.context.output('Waiting for another program that is installing packages.\n');
      await pause(1000, [this.context.signal]);
      this.context.signal.throwIfAborted();
    }
  }

  private run(program: string, words: string[], isShown: boolean, folder: string | null = null): Promise<ProgramEnd> {
    return runProgram({ program, arguments: words, folder, isShown }, this.context);
  }
}

export function packageFailure(program: string, { said, exitCode }: ProgramEnd): StepFailure {
  return new StepFailure('packages_failed', `${program} failed: ${packageReason(said)}`, exitCode);
}

/** Settings that were changed on the device stay as they are. */
const dpkgOptions = ['--force-confdef', '--force-confold'];

function ownEnvironment({ root, environment, keepFolder }: StepContext): Record<string, string> {
  return {
    ...environment,
    // An agent's own PATH may lack what maintainers' scripts need.
    PATH: `${environment.PATH ?? ''}:/usr/sbin:/usr/bin:/sbin:/bin`,
    DEBIAN_FRONTEND: 'noninteractive',
    DEBCONF_NONINTERACTIVE_SEEN: 'true',
    APT_LISTCHANGES_FRONTEND: 'none',
    UCF_FORCE_CONFFOLD: '1',
    LC_ALL: 'C.UTF-8',
    ...(root === '/' ? {} : { APT_CONFIG: configurationBelow(root, keepFolder) }),
  };
}

/** Has apt-get take all its folders below a root, and dpkg with it. */
function configurationBelow(root: string, keepFolder: string): string {
  const file = path.join(keepFolder, 'apt.conf');
  const lines = [
    `Dir "${root}/";`,
    `Dir::State::status "${root}/var/lib/dpkg/status";`,
    `DPkg::Options:: "--root=${root}";`,
  ];
  writeDurably(file, `${lines.join('\n')}\n`);
  return file;
}
