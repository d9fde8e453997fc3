import { createHash } from 'node:crypto';
import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { createGzip } from 'node:zlib';
import { pack } from 'tar-stream';

/** One row of the kill matrix: a flow around one type of step, and what there is before it. */
export type StepCase = {
  type: string;
  /** Keys of the flow beside its steps. */
  flow?: string;
  /** Its steps, as list items of YAML; a function where they name what is only there with its surroundings. */
  steps: string | (() => string);
  /** Files that its commands make when they have begun: kills from outside come then. */
  commands?: string[];
  /** Undoes what is not undone by the steps themselves. */
  rollback?: string;
  artifacts?: () => Promise<Record<string, Buffer>>;
  /** Makes what there is before the update; the folder is empty. */
  furnish: (root: string) => void | Promise<void>;
  /** Whether the step of this number may be run again after an interruption, by its type or as it says itself. */
  repeatable: (step: number) => boolean;
  /** What tells old from new; all files below the root where it is left out. */
  observe?: (root: string) => Promise<unknown>;
  /** What it needs and is missing on this machine. */
  lacks?: () => string | null;
  /** Brings up what it needs beside its device. */
  surround?: (device: { root: string; state: string }) => Promise<Surroundings>;
  /** How many points of each course `npm run test:long` takes, where others than most cases. */
  pointsEach?: number;
  /** Whether its points take so long that `npm test` takes none. */
  isLongOnly?: boolean;
};

/** What there is beside a device for as long as its case lasts. */
export type Surroundings = {
  /** What the agent's environment has to hold. */
  environment: Record<string, string>;
  remove: () => void | Promise<void>;
};

/** A command that puts `app` in its place, and must not be begun twice. */
const work = JSON.stringify('echo work >> ../begun; touch ../working; printf new > app.tmp; sleep 0.1; mv app.tmp app');
const workBack = JSON.stringify(
  'touch ../rolling-back; rm -f app.tmp again again.tmp; printf old > app.tmp; sleep 0.1; mv app.tmp app',
);

export const stepCases: StepCase[] = [
  {
    type: 'run',
    repeatable: (step) => step > 0,
    steps: `
      - { name: Work, run: ${work} }
      - { name: Again, repeatable: true, run: printf new > again.tmp; sleep 0.1; mv again.tmp again }`,
    rollback: workBack,
    commands: ['working', 'rolling-back'],
    furnish: (root) => write(root, 'app', 'old'),
  },
  {
    type: 'script',
    repeatable: (step) => step > 0,
    steps: `
      - { name: Work, uses: tideway/script, with: { artifact: work, arguments: [new] } }
      - { name: Again, repeatable: true, uses: tideway/script, with: { artifact: again, shell: bash } }`,
    artifacts: async () => ({
      work: Buffer.from(
        'echo work >> ../begun; touch ../working; printf %s "$1" > app.tmp; sleep 0.1; mv app.tmp app\n',
      ),
      again: Buffer.from('printf new > again.tmp; sleep 0.1; mv again.tmp again\n'),
    }),
    rollback: workBack,
    commands: ['working', 'rolling-back'],
    furnish: (root) => write(root, 'app', 'old'),
  },
  {
    type: 'files',
    repeatable: () => true,
    steps: `
      - name: Unpack
        uses: tideway/files
        with: { artifact: release.tar.gz, path: /opt/app, extract: true }
        on-failure: { revert-all-files: true, trigger-revert: any-step-failure }
      - name: Copy
        uses: tideway/files
        with: { artifacts: [settings, labels], path: /etc/app, mode: '0640' }
        on-failure: { revert-all-files: true, trigger-revert: any-step-failure }`,
    artifacts: async () => ({
      'release.tar.gz': await packed(['VERSION', 'bin/app', 'lib/a', 'lib/b', 'share/deep/er/c']),
      settings: Buffer.from('new'),
      labels: Buffer.from('new'),
    }),
    furnish: (root) => {
      for (const name of ['opt/app/VERSION', 'opt/app/lib/a', 'opt/app/own', 'etc/app/settings'])
        write(root, name, 'old');
      symlinkSync('own', join(root, 'opt/app/current'));
    },
  },
  {
    type: 'download-artifact',
    repeatable: () => true,
    steps: `
      - name: Fetch
        uses: tideway/download-artifact
        with: { artifact: model, path: /opt/vision/model }
        on-failure: { revert-all-files: true, trigger-revert: any-step-failure }`,
    artifacts: async () => ({ model: Buffer.alloc(700_000, 'new ') }),
    furnish: (root) => write(root, 'opt/vision/model', 'old'),
  },
  {
    type: 'check',
    repeatable: (step) => step > 0,
    steps: `
      - { name: Work, run: ${work} }
      - { name: Prove, uses: tideway/check, with: { command: 'sleep 0.1; test "$(cat app)" = new', within: 20s } }
      - { name: Look, uses: tideway/check, with: { file: /app, within: 20s } }`,
    rollback: workBack,
    commands: ['working', 'rolling-back'],
    furnish: (root) => write(root, 'app', 'old'),
  },
  {
    type: 'reboot',
    repeatable: (step) => step > 0,
    flow: 'reboot-after-update: true',
    steps: `
      - { name: Work, run: ${work} }
      - { name: Boot, uses: tideway/reboot }`,
    rollback: workBack,
    commands: ['working', 'rolling-back'],
    furnish: (root) => write(root, 'app', 'old'),
  },
];

export function write(root: string, name: string, text: string): void {
  mkdirSync(dirname(join(root, name)), { recursive: true });
  writeFileSync(join(root, name), text);
}

/** Empties a root and makes what a case needs before its update. */
export async function furnishAnew(root: string, { furnish }: StepCase): Promise<void> {
  rmSync(root, { recursive: true, force: true });
  for (const name of ['begun', 'working', 'rolling-back']) rmSync(join(root, '..', name), { force: true });
  mkdirSync(root, { recursive: true });
  await furnish(root);
}

/** What tells the old from the new: names, kinds, modes and contents. */
export async function observe(root: string, { observe = async () => treeOf(root) }: StepCase): Promise<unknown> {
  return observe(root);
}

function treeOf(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  return Object.fromEntries(names.map((name) => [name, describe(join(folder, name))]));
}

function describe(file: string): string {
  const found = lstatSync(file);
  const mode = (found.mode & 0o7777).toString(8);
  if (found.isSymbolicLink()) return `link to ${readlinkSync(file)}`;
  if (found.isDirectory()) return `folder ${mode}`;
  return `file ${mode}: ${createHash('sha256').update(readFileSync(file)).digest('hex')}`;
}

async function packed(names: string[]): Promise<Buffer> {
  const archive = pack();
  for (const name of names) archive.entry({ name, mtime: new Date(0) }, 'new');
  archive.entry({ name: 'current', type: 'symlink', linkname: 'bin', mtime: new Date(0) });
  archive.finalize();
  return buffer(archive.pipe(createGzip()));
}
