import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { installedBelow, makeDebianRoot, PackageSource } from '../../../agent/src/testing/debian-root.ts';
import { GitRepositories, git } from '../../../agent/src/testing/git-repository.ts';
import { hasProgram } from '../../../agent/src/testing/programs.ts';
import type { StepCase } from './step-cases.ts';

let repositories: GitRepositories;
let source: PackageSource;

/** A real repository, and real packages of Debian. */
export const packageCases: StepCase[] = [
  {
    type: 'git',
    lacks: () => (hasProgram('git') ? null : 'git'),
    repeatable: () => true,
    surround: async () => {
      repositories = new GitRepositories();
      for (const version of ['old', 'new']) {
        repositories.commit('app', { VERSION: version, [`lib/of-${version}`]: version });
        repositories.tag('app', version);
      }
      return { environment: {}, remove: () => repositories.remove() };
    },
    steps: () => `
      - name: Update the app
        uses: tideway/git
        with: { repository: '${repositories.fileUrl('app')}', ref: new, path: /opt/app }
        on-failure: { revert-all-files: true, trigger-revert: any-step-failure }
      - name: Put it at another place
        uses: tideway/git
        with: { repository: '${repositories.fileUrl('app')}', ref: new, path: /opt/second/app }
        on-failure: { revert-all-files: true, trigger-revert: any-step-failure }`,
    furnish: (root) => {
      git(root, 'clone', '--quiet', '--branch', 'old', repositories.fileUrl('app'), join(root, 'opt/app'));
    },
    observe: async (root) => ({
      names: namesOutsideGit(root),
      ...Object.fromEntries(['opt/app', 'opt/second/app'].map((name) => [name, workTree(join(root, name))])),
    }),
  },
  {
    type: 'deb',
    lacks: () => (isDebian() ? null : 'dpkg and apt-get, as root'),
    isLongOnly: true,
    pointsEach: 12,
    repeatable: () => true,
    surround: async () => {
      source = new PackageSource();
      for (const version of ['1.0', '2.0']) {
        source.publish('lib', version);
        source.publish('app', version, { depends: `lib (>= ${version})`, settings: `level=${version}\n` });
      }
      return { environment: {}, remove: () => source.remove() };
    },
    steps: `
      - name: Install
        uses: tideway/deb
        with: { packages: ['app=2.0'], artifacts: [extra.deb] }
        uninterruptible: true
        on-failure: { revert-all-files: true, trigger-revert: any-step-failure }`,
    artifacts: async () => ({ 'extra.deb': source.build('extra', '2.0') }),
    furnish: (root) => {
      makeDebianRoot(root, source);
      const files = ['lib', 'app'].map((name) => join(source.folder, `${name}_1.0_all.deb`));
      execFileSync('dpkg', [`--root=${root}`, '--install', ...files], { stdio: 'pipe' });
    },
    observe: async (root) => ({
      installed: installedBelow(root),
      files: filesOf(root, ['usr/share', 'etc/app.conf']),
    }),
  },
];

function isDebian(): boolean {
  return ['dpkg', 'apt-get', 'busybox'].every(hasProgram) && process.getuid?.() === 0;
}

function namesOutsideGit(root: string): string[] {
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' });
  return names.filter((name) => !/(^|\/)\.git\//.test(name)).sort();
}

/** What git says of a work tree: its commit, what differs from that, and that its folder is whole. */
function workTree(folder: string): Record<string, string> | null {
  if (!existsSync(folder)) return null;
  const commit = git(folder, 'rev-parse', 'HEAD');
  git(folder, 'fsck', '--no-dangling');
  return {
    commit,
    changes: git(folder, 'status', '--porcelain'),
    VERSION: readFileSync(join(folder, 'VERSION'), 'utf8'),
  };
}

function filesOf(root: string, places: string[]): Record<string, string> {
  const words = ['-type', 'f', '-exec', 'sha256sum', '{}', ';'];
  const lines = execFileSync('find', [...places.filter((place) => existsSync(join(root, place))), ...words], {
    cwd: root,
    encoding: 'utf8',
  }).trim();
  return Object.fromEntries(
    lines
      .split('\n')
      .filter(Boolean)
      .map((line) => [line.slice(66), line.slice(0, 64)]),
  );
}
