import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { steadyPort } from './steady-port.ts';

/** A real server and real agents as processes of their own, in a temporary home that is gone afterwards. */
export class Stage {
  readonly home = mkdtempSync(join(tmpdir(), 'tideway-stage-'));
  readonly #programs: string;
  readonly #serverHome = join(this.home, 'server');
  readonly #running = new Map<string, ChildProcess>();
  readonly #logs = new Map<string, string>();
  readonly #printed = new Map<string, string>();
  #log = '';

  /** @param programs folder of the bundled programs */
  constructor(programs: string) {
    this.#programs = programs;
  }

  /** Starts the server with its embedded database, on a free port where none is given, on which it can come back; gives its address. */
  async startServer(port = 0, settings: Record<string, string> = {}, name = 'server'): Promise<string> {
    const server = this.#start(name, 'tideway', ['serve'], {
      ...this.#serverEnvironment(),
      TIDEWAY_HOST: '127.0.0.1',
      TIDEWAY_PORT: String(port === 0 ? await steadyPort() : port),
      TIDEWAY_POLL_AFTER_S: '0.5',
      TIDEWAY_LOG_LEVEL: 'warn',
      ...settings,
    });
    return new Promise((resolve, reject) => {
      server.stdout?.on('data', (chunk) => {
        const url = /listens at ([^\s,]+)/.exec(String(chunk))?.[1];
        if (url) resolve(url);
      });
      server.once('exit', () => reject(new Error(`The server did not start:\n${this.#log}`)));
    });
  }

  /** Makes a token the way an operator does it on the server's machine. */
  async createToken(role: string, settings: Record<string, string> = {}): Promise<string> {
    const words = [join(this.#programs, 'tideway.mjs'), 'token', 'create', '--role', role, '--name', 'stage'];
    const { stdout } = await promisify(execFile)(process.execPath, words, {
      env: { ...this.#serverEnvironment(), ...settings },
    });
    return stdout.trim();
  }

  /** The folder that stands for `/` on a device. */
  rootOf(device: string): string {
    const root = join(this.home, device, 'root');
    mkdirSync(root, { recursive: true });
    return root;
  }

  /** The folder in which a device's agent keeps what it knows. */
  stateOf(device: string): string {
    return join(this.home, device, 'state');
  }

  /** Starts a device's agent; the same device again goes on with its state. */
  startAgent(device: string, options: string[], settings: Record<string, string> = {}): void {
    const folders = ['--root', this.rootOf(device), '--state', this.stateOf(device)];
    const words = ['run', '--name', device, ...folders, ...options];
    this.#start(device, 'tideway-agent', words, { ...process.env, ...settings });
  }

  /** Kills the server (`server`) or a device's agent as a power cut would, and waits until it is gone. */
  async kill(name: string): Promise<void> {
    const child = this.#running.get(name);
    if (child === undefined || hasEnded(child)) return;
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('exit', resolve));
  }

  /** Ends the server or a device's agent in order, and gives its exit code; null where it had to be killed. */
  async end(name: string): Promise<number | null> {
    const child = this.#running.get(name);
    return child === undefined ? null : end(child);
  }

  /** Kills the database under the server. */
  killPostgres(): void {
    process.kill(this.postgresProcess, 'SIGKILL');
  }

  /** Process id of the database under the server, which throws where none has been started yet. */
  get postgresProcess(): number {
    const [pid] = readFileSync(join(this.#serverHome, 'data', 'postmaster.pid'), 'utf8').split('\n');
    return Number(pid);
  }

  /** Whether it has ended, and not by our hand. */
  isEnded(name: string): boolean {
    const child = this.#running.get(name);
    return child !== undefined && child.exitCode !== null;
  }

  /** What the processes said on standard error, for when something went wrong. */
  log(): string {
    return this.#log;
  }

  /** What one of them said. */
  logOf(name: string): string {
    return this.#logs.get(name) ?? '';
  }

  /** What one of them printed on standard output. */
  printedBy(name: string): string {
    return this.#printed.get(name) ?? '';
  }

  /** Ends all processes, agents first, and removes the home. */
  async stop(): Promise<void> {
    for (const child of [...this.#running.values()].reverse()) await end(child);
    rmSync(this.home, { recursive: true, force: true });
  }

  #serverEnvironment(): NodeJS.ProcessEnv {
    const { DATABASE_URL: _yours, ...environment } = process.env;
    return { ...environment, TIDEWAY_HOME: this.#serverHome };
  }

  #start(name: string, program: string, words: string[], env: NodeJS.ProcessEnv): ChildProcess {
    const file = join(this.#programs, `${program}.mjs`);
    // A group of its own: Ctrl-C in the terminal is for us to pass on, in our order.
    const child = spawn(process.execPath, ['--enable-source-maps', file, ...words], {
      env,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stderr?.on('data', (chunk) => {
      this.#log = (this.#log + String(chunk)).slice(-20_000);
      this.#logs.set(name, ((this.#logs.get(name) ?? '') + String(chunk)).slice(-20_000));
    });
    child.stdout?.on('data', (chunk) => {
      this.#printed.set(name, ((this.#printed.get(name) ?? '') + String(chunk)).slice(-20_000));
    });
    this.#running.set(name, child);
    return child;
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

async function end(child: ChildProcess): Promise<number | null> {
  if (hasEnded(child)) return child.exitCode;
  // The server lets what is in flight end for 20 s.
  const patienceMs = 90_000;
  const kill = setTimeout(() => child.kill('SIGKILL'), patienceMs);
  child.kill('SIGTERM');
  await new Promise((resolve) => child.once('exit', resolve));
  clearTimeout(kill);
  return child.exitCode;
}
