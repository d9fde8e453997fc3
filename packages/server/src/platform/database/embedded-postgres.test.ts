import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import pg from 'pg';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createLog } from '../log.ts';
import {
  type EmbeddedPostgres,
  findRunningPostgres,
  type PostgresConnection,
  startEmbeddedPostgres,
} from './embedded-postgres.ts';

const log = createLog('silent');
const isRoot = process.getuid?.() === 0;
const nobodyElse = 65534;

let home: string;
let running: EmbeddedPostgres[];
let processes: ChildProcess[];

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'tideway-postgres-'));
  running = [];
  processes = [];
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await Promise.all(running.map((postgres) => postgres.stop()));
  await Promise.all(processes.map(endProcess));
  // A test that fails may leave a postmaster behind: the folder is taken and let go of once more.
  if (existsSync(join(home, 'data', 'postmaster.pid'))) await (await startEmbeddedPostgres({ home, log })).stop();
  rmSync(home, { recursive: true, force: true });
});

describe('the embedded PostgreSQL', () => {
  it('starts in an empty folder and keeps its rows over a restart', async () => {
    const first = await start();
    await query(first.connection, 'create table kept (value integer); insert into kept values (42)');
    await first.stop();
    const second = await start();

    expect(await query(second.connection, 'select value from kept')).toEqual([{ value: 42 }]);
    expect(await query(second.connection, 'show synchronous_commit')).toEqual([{ synchronous_commit: 'on' }]);
    expect(await query(second.connection, 'show data_checksums')).toEqual([{ data_checksums: 'on' }]);
  });

  it('refuses a second server on the same folder, and says who has it', async () => {
    await start();

    await expect(start()).rejects.toThrow(
      new RegExp(`The data folder ${home} is in use by another server \\(tideway server ${process.pid} on `),
    );
  });

  it('lets one of two have an empty folder that both start in at once', async () => {
    const outcomes = await Promise.allSettled([startInProcess(home), startInProcess(home)]);

    expect(outcomes.map((outcome) => outcome.status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(String(outcomes.find((outcome) => outcome.status === 'rejected')?.reason)).toContain(
      'in use by another server',
    );
  });

  it('adopts a postmaster that outlived a killed server', async () => {
    const server = await startInProcess(home);
    const postmaster = postmasterPid();
    await killHard(server);
    const adopting = await start();

    expect(postmasterPid()).toBe(postmaster);
    expect(await query(adopting.connection, 'select 1 as alive')).toEqual([{ alive: 1 }]);
  });

  it('starts again when the postmaster is killed, and holds the folder again before anybody connects', async () => {
    const events: string[] = [];
    const onLost = async () => void events.push('lost');
    const onRegained = async () => void events.push('regained');
    const postgres = await start({ onLost, onRegained });
    await query(postgres.connection, 'create table kept (value integer); insert into kept values (42)');
    process.kill(postmasterPid(), 'SIGKILL');
    await vi.waitFor(() => expect(events).toEqual(['lost', 'regained']), { timeout: 60_000 });

    expect(await query(postgres.connection, 'select value from kept')).toEqual([{ value: 42 }]);
    await expect(start()).rejects.toThrow('in use by another server');
  });

  it('starts again however soon the postmaster is killed after it was started again', async () => {
    const events: string[] = [];
    const onRegained = async () => void events.push('regained');
    const onGivenUp = (why: string) => void events.push(why);
    const postgres = await start({ onRegained, onGivenUp });
    for (let round = 0; round < 20; round++) {
      const killed = postmasterPid();
      events.length = 0;
      process.kill(killed, 'SIGKILL');
      await vi.waitFor(() => expect(isReadyAfter(killed)).toBe(true), { interval: 1, timeout: 60_000 });
      // Reached every few milliseconds, it is asked for the lock at about this time.
      await delay(round);
    }
    await vi.waitFor(() => expect(events).toContain('regained'), { timeout: 60_000 });
    expect(await query(postgres.connection, 'select 1 as one')).toEqual([{ one: 1 }]);
    expect(events.filter((event) => event !== 'regained')).toEqual([]);
  });

  it('leaves no PostgreSQL behind when it is stopped while that is being started again', async () => {
    const events: string[] = [];
    const onRegained = async () => void events.push('regained');
    const onGivenUp = () => void events.push('given up');
    const postgres = await start({ onRegained, onGivenUp });
    const before = startsLogged();
    process.kill(postmasterPid(), 'SIGKILL');
    await vi.waitFor(() => expect(startsLogged()).toBeGreaterThan(before), { interval: 1, timeout: 60_000 });
    await postgres.stop();

    expect(events).toEqual([]);
    expect(await findRunningPostgres(home)).toBeNull();
    await start();
  });

  it('starts although another program has the number of a postmaster that was killed, as after a boot', async () => {
    const first = await start();
    await query(first.connection, 'create table kept (value integer); insert into kept values (42)');
    const file = join(home, 'data', 'postmaster.pid');
    const note = readFileSync(file, 'utf8').split('\n');
    await first.stop();
    const stranger = spawn('sleep', ['1000']);
    writeFileSync(file, [stranger.pid, ...note.slice(1)].join('\n'), { mode: 0o600 });
    if (isRoot) chownSync(file, statSync(join(home, 'data')).uid, statSync(join(home, 'data')).gid);
    const second = await start();
    stranger.kill();

    expect(await query(second.connection, 'select value from kept')).toEqual([{ value: 42 }]);
  });

  it('does not wait for a PostgreSQL that was killed the instant before', async () => {
    const postgres = await start();
    process.kill(postmasterPid(), 'SIGKILL');
    const startedMs = performance.now();
    await postgres.stop();

    expect(performance.now() - startedMs).toBeLessThan(50_000);
    expect(await findRunningPostgres(home)).toBeNull();
  });

  it('opens the data of a copied folder, never that of the folder that it was copied from', async () => {
    const original = await start();
    const copy = join(home, 'copy');
    await query(original.connection, 'create table written (place text)');
    cpSync(join(home, 'data'), join(copy, 'data'), { recursive: true });
    // Newer versions of Node.js do not copy the mode of a folder.
    chmodSync(join(copy, 'data'), 0o700);
    await original.stop();
    const adopted = await start();
    // The copy notes the socket where now the original listens again.
    expect(readFileSync(join(copy, 'data', 'postmaster.pid'), 'utf8')).toContain(adopted.connection.host);
    const copied = await start({ home: copy });
    await query(copied.connection, "insert into written values ('copy')");

    expect(copied.connection.host).toBe(join(copy, 'run'));
    expect(await query(adopted.connection, 'select place from written')).toEqual([]);
  });

  it('removes what a start that was cut off has left, and not what another one is working on', async () => {
    const ended = spawn(process.execPath, ['-e', '']);
    await once(ended, 'exit');
    const [left, inWork] = [join(home, `data.tmp-${ended.pid}-1`), join(home, `data.tmp-${process.ppid}-1`)];
    for (const folder of [left, inWork]) mkdirSync(folder);
    await start();

    expect([existsSync(left), existsSync(inWork)]).toEqual([false, true]);
  });

  it('says which PostgreSQL is missing for the data of another version', async () => {
    mkdirSync(join(home, 'data'));
    writeFileSync(join(home, 'data', 'PG_VERSION'), '12\n');

    await expect(start()).rejects.toThrow(`The data folder ${home} was written by PostgreSQL 12, which is not here`);
  });

  it.runIf(existsSync('/usr/lib/postgresql'))(
    "takes the system's PostgreSQL where the package is missing, and another time for the data written by it",
    async () => {
      const withoutPackages = join(home, 'alone.mjs');
      copyFileSync(program, withoutPackages);
      await endProcess(await startInProcess(home, { program: withoutPackages }));
      const written = readFileSync(join(home, 'data', 'PG_VERSION'), 'utf8').trim();
      const postgres = await start();

      expect(await query(postgres.connection, "select current_setting('server_version') as version")).toEqual([
        { version: expect.stringMatching(new RegExp(`^${written}\\b`)) },
      ]);
      expect(readdirSync(home).filter((name) => name.startsWith('postgresql-'))).toEqual([]);
    },
  );

  it('is found by a command beside the server while it runs, and only then', async () => {
    const postgres = await start();
    expect(await findRunningPostgres(home)).toEqual(postgres.connection);
    await postgres.stop();
    expect(await findRunningPostgres(home)).toBeNull();
  });

  it('runs below a folder whose path is too long for a socket', async () => {
    const long = join(home, 'a'.repeat(60), 'b'.repeat(60));
    const first = await start({ home: long });
    const second = start({ home: long });

    await expect(second).rejects.toThrow('in use by another server');
    expect(await query(first.connection, 'select 1 as alive')).toEqual([{ alive: 1 }]);
    await first.stop();
    expect(existsSync(first.connection.host)).toBe(false);
  });

  it.runIf(isRoot)('runs as an ordinary user, and its folder is opened by root as this user', async () => {
    chownSync(home, nobodyElse, nobodyElse);
    const server = await startInProcess(home, { user: nobodyElse });
    await killHard(server);
    const adopting = await start();

    expect(await query(adopting.connection, 'select 1 as alive')).toEqual([{ alive: 1 }]);
  });

  it.runIf(isRoot)("starts as root in an ordinary user's folder, which the user can open afterwards", async () => {
    chownSync(home, nobodyElse, nobodyElse);
    const first = await start();
    await query(first.connection, 'create table kept (value integer); insert into kept values (42)');
    await first.stop();
    await startInProcess(home, { user: nobodyElse });

    const found = await findRunningPostgres(home);
    expect(found && (await query(found, 'select value from kept'))).toEqual([{ value: 42 }]);
  });

  it.runIf(isRoot)(
    'starts as root where user namespaces are forbidden, also with data made where they are not',
    async () => {
      const first = await start();
      await query(first.connection, 'create table kept (value integer); insert into kept values (42)');
      await first.stop();
      const programs = join(home, 'programs');
      mkdirSync(programs);
      writeFileSync(join(programs, 'unshare'), '#!/bin/sh\nexit 1\n');
      chmodSync(join(programs, 'unshare'), 0o755);
      vi.stubEnv('PATH', `${programs}:${process.env.PATH}`);
      const second = await start();

      expect(await query(second.connection, 'select value from kept')).toEqual([{ value: 42 }]);
      expect(statSync(join(home, 'data')).uid).toBe(nobodyElse);
    },
  );

  it.runIf(isRoot)("tells an ordinary user that the folder is somebody else's", async () => {
    const first = await start();
    await first.stop();

    await expect(startInProcess(home, { user: nobodyElse })).rejects.toThrow(
      `The data folder ${home} belongs to another user`,
    );
  });
});

async function start(options: Partial<Parameters<typeof startEmbeddedPostgres>[0]> = {}): Promise<EmbeddedPostgres> {
  const postgres = await startEmbeddedPostgres({ home, log, ...options });
  running.push(postgres);
  return postgres;
}

async function query(connection: PostgresConnection, text: string): Promise<unknown[]> {
  const client = new pg.Client(connection);
  await client.connect();
  try {
    const result = await client.query(text);
    return Array.isArray(result) ? [] : result.rows;
  } finally {
    await client.end();
  }
}

function postmasterPid(): number {
  return Number(readFileSync(join(home, 'data', 'postmaster.pid'), 'utf8').split('\n')[0]);
}

/** Whether another postmaster than this one has just begun to take connections. */
function isReadyAfter(pid: number): boolean {
  const note = readFileSync(join(home, 'data', 'postmaster.pid'), 'utf8').split('\n');
  return Number(note[0]) !== pid && note[7]?.trim() === 'ready';
}

/** How often a postmaster has begun to run, or has found that it may not yet. */
function startsLogged(): number {
  const log = readFileSync(join(home, 'postgresql.log'), 'utf8');
  return log.match(/starting PostgreSQL|FATAL: +lock file/g)?.length ?? 0;
}

let program: string;

beforeAll(async () => {
  // Below the repository, so that the program finds the packages; readable for other users.
  program = join(
    fileURLToPath(new URL('../../../../../node_modules/.tideway-test/', import.meta.url)),
    'hold-folder.mjs',
  );
  await build({
    stdin: {
      contents: `
        import { createLog } from '../log.ts';
        import { startEmbeddedPostgres } from './embedded-postgres.ts';
        const postgres = await startEmbeddedPostgres({ home: process.argv[2], log: createLog('silent') }).catch((error) => {
          console.log(error.message);
          process.exit(1);
        });
        console.log('ready');
        process.on('SIGTERM', () => postgres.stop().then(() => process.exit(0)));
        setInterval(() => {}, 1000);`,
      resolveDir: dirname(fileURLToPath(import.meta.url)),
      loader: 'ts',
    },
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'esm',
    external: ['pg-native'],
    banner: { js: "import{createRequire as _r}from'node:module';const require=_r(import.meta.url);" },
  });
});

/** A process of its own that holds the folder, ready when this resolves; rejects with what it says instead. */
async function startInProcess(folder: string, how: { user?: number; program?: string } = {}): Promise<ChildProcess> {
  const child = spawn(process.execPath, [how.program ?? program, folder], {
    cwd: '/',
    stdio: ['ignore', 'pipe', 'inherit'],
    ...(how.user !== undefined && { uid: how.user, gid: how.user }),
  });
  processes.push(child);
  const said = await new Promise<string>((resolve) => {
    child.stdout?.once('data', (chunk) => resolve(String(chunk).trim()));
    child.once('exit', () => resolve('it ended'));
  });
  if (said !== 'ready') throw new Error(said);
  return child;
}

async function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}

async function killHard(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}
