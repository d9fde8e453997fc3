import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Range } from '../channel/server-door.ts';
import type { ArtifactStream } from '../download/resumable-download.ts';
import { createLog } from '../log.ts';
import { ProgramFolder } from './program-folder.ts';
import { SelfUpdate } from './self-update.ts';

const newProgram = Buffer.alloc(40_000, 'new');
const offer = { version: '2.0.0', spread_s: 0 };

let folder: string;
let log: string;
let fetched: (Range | undefined)[];
let selfUpdate: SelfUpdate;
let replaced: Promise<void>;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'tideway-programs-'));
  [log, fetched] = ['', []];
});
afterEach(async () => {
  vi.useRealTimers();
  await selfUpdate.stop();
  rmSync(folder, { recursive: true });
});

describe('an agent that is started while a program is fetched', () => {
  it('goes on with what has come of it', async () => {
    const half = newProgram.length / 2;
    layOut({ '1.0.0': {}, '2.0.0': { '.part': newProgram.subarray(0, half), '.part.etag': '"new"' } });
    start();
    selfUpdate.reached();
    selfUpdate.offered(offer);
    await replaced;
    expect(fetched).toEqual([{ from: half, etag: '"new"' }]);
    expect(readFileSync(programOf('2.0.0')).equals(newProgram)).toBe(true);
  });

  it('takes it as it is where it has come to its end', async () => {
    layOut({ '1.0.0': {}, '2.0.0': { '': newProgram } });
    start();
    selfUpdate.reached();
    selfUpdate.offered(offer);
    await replaced;
    expect(fetched).toEqual([]);
  });

  it.each([null, { ...offer, version: '1.0.0' }, offer])('removes it where another one is wanted: %o', (wanted) => {
    layOut({ '1.0.0': {}, '0.9.0': {}, '1.9.0': { '.part': 'half' }, '0.8.0': {} }, { previous: '0.9.0' });
    start();
    selfUpdate.reached();
    expect(existsSync(`${programOf('1.9.0')}.part`)).toBe(true);
    selfUpdate.offered(wanted);
    expect(['0.8.0', '0.9.0', '1.0.0', '1.9.0'].filter((one) => existsSync(path.dirname(programOf(one))))).toEqual([
      '0.9.0',
      '1.0.0',
    ]);
  });
});

describe('an agent that has reached its server', () => {
  it('proves itself also where the mark of another program cannot be written', () => {
    layOut({ '1.0.0': {}, '2.0.0': { rejected: 'silent' } });
    mkdirSync(markOf('2.0.0', 'rejected-for-good.new'));
    start();
    selfUpdate.reached();
    expect(existsSync(markOf('1.0.0', 'proven'))).toBe(true);
  });

  it('fetches nothing where it cannot tell what was given up', () => {
    layOut({ '1.0.0': {}, '2.0.0': { '.part': 'half' } });
    mkdirSync(markOf('2.0.0', 'rejected'));
    start();
    selfUpdate.reached();
    selfUpdate.offered(offer);
    expect(selfUpdate.attributes).toEqual({});
    expect(log).toMatch(/^[^\n]*The folder of programs cannot be read or written as it has to be: EISDIR[^\n]*\n$/m);
  });
});

const disk = mkdtempSync(path.join(tmpdir(), 'tideway-small-disk-'));
const canMount = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=100k', 'tmpfs', disk]).status === 0;
if (canMount) execFileSync('umount', [disk]);
rmSync(disk, { recursive: true });

describe.skipIf(!canMount)('an agent whose folder of programs takes nothing (as root)', () => {
  beforeEach(() => {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=100k', 'tmpfs', folder]);
  });
  afterEach(() => {
    execFileSync('umount', [folder]);
  });

  it('goes on where that is read-only, says so once, and proves itself when it is not any more', () => {
    layOut({ '1.0.0': {} });
    execFileSync('mount', ['-o', 'remount,ro', folder]);
    start();
    for (let answers = 0; answers < 3; answers += 1) selfUpdate.reached();
    selfUpdate.offered(null);
    expect(log.match(/EROFS/g)).toHaveLength(1);
    execFileSync('mount', ['-o', 'remount,rw', folder]);
    selfUpdate.reached();
    expect(existsSync(markOf('1.0.0', 'proven'))).toBe(true);
    expect(log).toMatch(/The program 1\.0\.0 has proved itself\.\n$/);
  });

  it('judges the program before it as soon as there is room, by when it reached the server', () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    layOut({ '1.0.0': { proven: '' }, '2.0.0': { rejected: 'silent' } });
    spawnSync('dd', ['if=/dev/zero', `of=${folder}/filler`, 'bs=1k']);
    start();
    selfUpdate.reached();
    expect(log).toContain('ENOSPC');
    vi.advanceTimersByTime(3_600_000);
    rmSync(path.join(folder, 'filler'));
    selfUpdate.reached();
    expect(existsSync(markOf('2.0.0', 'rejected-for-good'))).toBe(true);
  });
});

/** Lays versions out with files of theirs; what begins with nothing or a dot is named after the program. */
function layOut(versions: Record<string, Record<string, string | Buffer>>, lines: { previous?: string } = {}): void {
  for (const [version, files] of Object.entries(versions)) {
    mkdirSync(path.dirname(programOf(version)), { recursive: true });
    for (const [name, content] of Object.entries(files)) {
      const isOfProgram = name === '' || name.startsWith('.');
      writeFileSync(isOfProgram ? `${programOf(version)}${name}` : markOf(version, name), content);
    }
  }
  for (const [name, version] of Object.entries({ current: '1.0.0', ...lines })) {
    writeFileSync(path.join(folder, name), `${version}\n`);
  }
}

/** Starts what replaces the program 1.0.0, at a server that has 2.0.0. */
function start(): void {
  const sha256 = createHash('sha256').update(newProgram).digest('hex');
  const file = { name: 'tideway-agent.mjs', kind: 'node' as const, os: null, arch: null, size: newProgram.length };
  replaced = new Promise((resolve) => {
    selfUpdate = new SelfUpdate({
      programs: new ProgramFolder(folder),
      own: { version: '1.0.0', kind: 'node', os: 'linux', arch: 'x64' },
      isWanted: true,
      manifest: async () => ({ version: '2.0.0', files: [{ ...file, sha256 }] }),
      open: async (_name, range) => answerTo(range),
      isIdle: () => true,
      random: () => 0,
      log: createLog((line) => (log += line), []),
      onReplaced: resolve,
    });
  });
}

function answerTo(range: Range | undefined): ArtifactStream {
  fetched.push(range);
  const part = newProgram.subarray(range?.from ?? 0);
  const headers = new Headers({ etag: '"new"', 'content-length': String(part.length) });
  if (range) headers.set('content-range', `bytes ${range.from}-${newProgram.length - 1}/${newProgram.length}`);
  async function* pieces() {
    yield part;
  }
  return {
    status: range ? 206 : 200,
    headers,
    body: Object.assign(pieces(), { cancel: async () => undefined }),
  };
}

const programOf = (version: string) => path.join(folder, 'versions', version, 'tideway-agent.mjs');
const markOf = (version: string, mark: string) => path.join(folder, 'versions', version, mark);
