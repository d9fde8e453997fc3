import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';

/** Where an agent kills itself: at which of its calls of the system since its start, or of those that match `of`. */
export type Kill = { at: number; how: 'before' | 'half' | 'after'; of?: string };

/** What the journal on the disk says. */
export type Happening = { type: string; step?: number | null; reason?: string; event?: string };

/** A device with the real agent, which can be made to kill itself at any of its calls. */
export class KillableDevice {
  readonly folder = mkdtempSync(join(tmpdir(), 'tideway-killed-'));
  readonly root = join(this.folder, 'root');
  readonly state = join(this.folder, 'state');
  /** What its agent has in its environment beside that of this process. */
  environment: Record<string, string> = {};
  log = '';
  readonly #programs: Programs;
  readonly #server: string;
  #agent: ChildProcess | null = null;

  constructor(programs: Programs, server: string) {
    this.#programs = programs;
    this.#server = server;
  }

  /** Starts the agent; with a kill it ends itself there. `options` as on its command line. */
  start(kill: Kill | null = null, options: string[] = []): ChildProcess {
    const kills = kill && {
      TIDEWAY_KILL_AT: String(kill.at),
      TIDEWAY_KILL_HOW: kill.how,
      TIDEWAY_KILL_OF: kill.of ?? '',
    };
    return this.#spawn(kill ? this.#preload : [], kills ?? {}, options);
  }

  /** Starts the agent with each of its calls noted in a file. */
  startNoting(notes: string): ChildProcess {
    return this.#spawn(this.#preload, { TIDEWAY_KILL_NOTES: notes }, []);
  }

  /** Kills the agent from outside, and waits until it is gone. */
  async kill(): Promise<void> {
    const agent = this.#agent;
    if (agent === null || hasEnded(agent)) return;
    const exit = once(agent, 'exit');
    agent.kill('SIGKILL');
    await exit;
  }

  async remove(): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Whether the agent has ended, and nobody has killed it. */
  get hasGivenUp(): boolean {
    return this.#agent !== null && this.#agent.exitCode !== null;
  }

  get isRunning(): boolean {
    return this.#agent !== null && !hasEnded(this.#agent);
  }

  /** What has happened in the update that the journal holds; null where it holds none. */
  get history(): Happening[] | null {
    const text = this.readState('journal.json');
    return text === null ? null : JSON.parse(text).history;
  }

  readState(name: string): string | null {
    try {
      return readFileSync(join(this.state, name), 'utf8');
    } catch {
      return null;
    }
  }

  /** How many processes of this device's steps run. */
  get processes(): number {
    const mark = `TIDEWAY_ROOT=${this.root}`;
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name) && environmentOf(name).includes(mark)).length;
  }

  get #preload(): string[] {
    return ['--import', this.#programs.preload];
  }

  #spawn(nodeOptions: string[], env: Record<string, string>, options: string[]): ChildProcess {
    const folders = ['--server', this.#server, '--state', this.state, '--root', this.root];
    const agent = spawn(process.execPath, [...nodeOptions, this.#programs.agent, 'run', ...folders, ...options], {
      env: { ...process.env, ...this.environment, ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    agent.stderr.on('data', (chunk: Buffer) => {
      this.log = (this.log + String(chunk)).slice(-10_000);
    });
    this.#agent = agent;
    return agent;
  }
}

export type Programs = { agent: string; preload: string };

/** Bundles what kills the agent beside the agent as it is shipped. */
export async function bundleKiller(programs: string, folder: string): Promise<Programs> {
  const preload = join(folder, 'kill-at-call.mjs');
  const entry = join(import.meta.dirname, 'kill-at-call-child.ts');
  await build({
    entryPoints: [entry],
    outfile: preload,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
  });
  return { agent: join(programs, 'tideway-agent.mjs'), preload };
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

function environmentOf(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  } catch {
    return [];
  }
}
