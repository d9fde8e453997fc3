import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** The folder of the bundled programs; the demo is one of them. */
const programs = dirname(fileURLToPath(import.meta.url));

/** A real server and real agents as processes of their own, in a temporary home that is gone afterwards. */
export class Stage {
  readonly home = mkdtempSync(join(tmpdir(), 'tideway-demo-'));
  readonly #children: ChildProcess[] = [];
  readonly #serverHome = join(this.home, 'server');
  #log = '';

  /** Starts the server on a free port, with its embedded database; gives its address. */
  async startServer(): Promise<string> {
    const server = this.#start('tideway', ['serve'], {
      ...this.#serverEnvironment(),
      TIDEWAY_HOST: '127.0.0.1',
      TIDEWAY_PORT: '0',
      TIDEWAY_POLL_AFTER_S: '0.5',
      TIDEWAY_LOG_LEVEL: 'warn',
    });
    return new Promise((resolve, reject) => {
      server.stdout?.on('data', (chunk) => {
        const url = /listens at (\S+)/.exec(String(chunk))?.[1];
        if (url) resolve(url);
      });
      server.once('exit', () => reject(new Error('The server did not start')));
    });
  }

  /** Makes a token the way an operator does it on the server's machine. */
  async createToken(role: string): Promise<string> {
    const words = [join(programs, 'tideway.mjs'), 'token', 'create', '--role', role, '--name', 'demo'];
    const { stdout } = await promisify(execFile)(process.execPath, words, { env: this.#serverEnvironment() });
    return stdout.trim();
  }

  /** A new, empty folder that stands for `/` on a device. */
  makeRoot(device: string): string {
    const root = join(this.home, device, 'root');
    mkdirSync(root, { recursive: true });
    return root;
  }

  /** Starts a device's agent. */
  startAgent(device: string, options: string[]): void {
    const folders = ['--root', join(this.home, device, 'root'), '--state', join(this.home, device, 'state')];
    this.#start('tideway-agent', ['run', '--name', device, ...folders, ...options], process.env);
  }

  /** What the processes said on standard error, for when something went wrong. */
  log(): string {
    return this.#log;
  }

  /** Ends all processes, agents first, and removes the home. */
  async stop(): Promise<void> {
    for (const child of this.#children.reverse()) await end(child);
    rmSync(this.home, { recursive: true, force: true });
  }

  #serverEnvironment(): NodeJS.ProcessEnv {
    const { DATABASE_URL: _yours, ...environment } = process.env;
    return { ...environment, TIDEWAY_HOME: this.#serverHome };
  }

  #start(program: string, words: string[], env: NodeJS.ProcessEnv): ChildProcess {
    const file = join(programs, `${program}.mjs`);
    // A group of its own: Ctrl-C in the terminal is the demo's to pass on, in its order.
    const child = spawn(process.execPath, ['--enable-source-maps', file, ...words], {
      env,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stderr?.on('data', (chunk) => {
      this.#log = (this.#log + String(chunk)).slice(-20_000);
    });
    this.#children.push(child);
    return child;
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const patienceMs = 15_000;
  const kill = setTimeout(() => child.kill('SIGKILL'), patienceMs);
  child.kill('SIGTERM');
  await new Promise((resolve) => child.once('exit', resolve));
  clearTimeout(kill);
}
