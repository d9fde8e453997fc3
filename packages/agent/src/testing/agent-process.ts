import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { build } from 'esbuild';

/** Bundles the agent into a temporary folder; gives the program's file and what removes it. */
export async function bundleAgent(): Promise<{ program: string; remove: () => void }> {
  const folder = mkdtempSync(path.join(tmpdir(), 'tideway-agent-bundle-'));
  const program = path.join(folder, 'tideway-agent.mjs');
  await build({
    entryPoints: [path.join(import.meta.dirname, '..', 'main.ts')],
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'warning',
    // Packages in CommonJS ask for `require`, which modules do not have.
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  });
  return { program, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** A device of a test: a state folder and a root of its own, and an agent that can be killed and started again. */
export class TestDevice {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'tideway-agent-'));
  readonly root = path.join(this.folder, 'root');
  readonly state = path.join(this.folder, 'state');
  log = '';
  private readonly program: string;
  private readonly server: string;
  private readonly watchers = new Set<() => void>();
  private readonly started: ChildProcess[] = [];

  constructor(program: string, server: string) {
    this.program = program;
    this.server = server;
  }

  /** @param env settings beside those of this process */
  start(options: string[] = ['--pairing-token', 'good-token'], env: NodeJS.ProcessEnv = {}): ChildProcess {
    const common = ['run', '--server', this.server, '--state', this.state, '--root', this.root];
    const child = spawn(process.execPath, [this.program, ...common, ...options], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    child.stderr.on('data', (chunk: Buffer) => {
      this.log += chunk.toString();
      for (const watcher of this.watchers) watcher();
    });
    this.started.push(child);
    return child;
  }

  /** Runs a command of the agent on this device, as its owner would, and gives its exit code and what it says. */
  async command(...words: string[]): Promise<{ code: number | null; said: string }> {
    const child = spawn(process.execPath, [this.program, ...words, '--state', this.state]);
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += String(chunk)));
    const [code] = await once(child, 'close');
    return { code, said };
  }

  /** Waits until the agent's log matches. */
  async logged(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.log)) await new Promise<void>((resolve) => this.watchers.add(resolve));
  }

  /** Sends a signal to the agent that was started last, and waits for its end; gives its exit code. */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    const child = this.started.pop();
    if (!child || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
    const exit = once(child, 'exit');
    child.kill(signal);
    await exit;
    return child.exitCode;
  }

  async remove(): Promise<void> {
    while (this.started.length > 0) await this.end('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Writes a file below the root. */
  write(name: string, text: string): void {
    const file = path.join(this.root, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }

  /** Waits until something holds on the device. */
  async settled(condition: () => boolean | Promise<boolean>): Promise<void> {
    while (!(await condition())) await delay(50);
  }

  /** The content of a file below the root; null where there is none. */
  read(name: string): string | null {
    const file = path.join(this.root, name);
    return existsSync(file) ? readFileSync(file, 'utf8') : null;
  }

  readState(name: string): string | null {
    const file = path.join(this.state, name);
    return existsSync(file) ? readFileSync(file, 'utf8') : null;
  }
}
