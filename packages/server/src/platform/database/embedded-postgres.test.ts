import { type ChildProcess, spawn } from 'node:child_process';
import { chownSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
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

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'tideway-postgres-'));
  running = [];
});

afterEach(async () => {
  await Promise.all(running.map((postgres) => postgres.stop()));
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
    for (const outcome of outcomes) if (outcome.status === 'fulfilled') outcome.value.kill('SIGTERM');

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
    await vi.waitFor(() => expect(events).toEqual(['lost', 'regained']), { timeout: 20_000 });

    expect(await query(postgres.connection, 'select value from kept')).toEqual([{ value: 42 }]);
    await expect(start()).rejects.toThrow('in use by another server');
  });

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
  });

  it.runIf(isRoot)('runs as an ordinary user, and its folder is opened by root as this user', async () => {
    chownSync(home, nobodyElse, nobodyElse);
    const server = await startInProcess(home, nobodyElse);
    await killHard(server);
    const adopting = await start();

    expect(await query(adopting.connection, 'select 1 as alive')).toEqual([{ alive: 1 }]);
  });

  it.runIf(isRoot)("tells an ordinary user that the folder is somebody else's", async () => {
    const first = await start();
    await first.stop();

    await expect(startInProcess(home, nobodyElse)).rejects.toThrow(`The data folder ${home} belongs to another user`);
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
async function startInProcess(folder: string, user?: number): Promise<ChildProcess> {
  const child = spawn(process.execPath, [program, folder], {
    cwd: '/',
    stdio: ['ignore', 'pipe', 'inherit'],
    ...(user !== undefined && { uid: user, gid: user }),
  });
  const said = await new Promise<string>((resolve) => {
    child.stdout?.once('data', (chunk) => resolve(String(chunk).trim()));
    child.once('exit', () => resolve('it ended'));
  });
  if (said !== 'ready') throw new Error(said);
  return child;
}

async function killHard(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await new Promise((resolve) => child.once('exit', resolve));
}
