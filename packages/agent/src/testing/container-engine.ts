import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { hasProgram } from './programs.ts';

/** Whether tests with a real container engine can run: its daemon needs root. */
export const hasEngine =
  process.getuid?.() === 0 && ['dockerd', 'docker', 'docker-compose', 'docker-registry', 'busybox'].every(hasProgram);

/** A real container engine in a folder of its own, with its own socket; its containers share the machine's network. */
export class ContainerEngine {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'tideway-engine-'));
  /** What the agent's environment has to hold. */
  readonly environment: Record<string, string>;
  private daemon: ChildProcess | null = null;
  private registry: ChildProcess | null = null;
  private log = '';

  constructor() {
    this.environment = {
      PATH: `${process.env.PATH ?? ''}:/usr/sbin:/sbin`,
      HOME: path.join(this.folder, 'home'),
      DOCKER_HOST: `unix://${this.folder}/sock`,
    };
    mkdirSync(path.join(this.folder, 'home'));
  }

  /** Starts the daemon, also again on what an earlier one has left. */
  async start(): Promise<void> {
    const own = (name: string) => path.join(this.folder, name);
    const daemon = spawn(
      'dockerd',
      [
        ...['--storage-driver', 'vfs', '--iptables=false', '--ip6tables=false', '--bridge=none'],
        ...['--data-root', own('data'), '--exec-root', own('exec'), '--pidfile', own('pid')],
        ...['--host', `unix://${own('sock')}`],
      ],
      { env: this.environment, stdio: ['ignore', 'pipe', 'pipe'], detached: true },
    );
    for (const stream of [daemon.stdout, daemon.stderr]) stream.on('data', (chunk) => (this.log += String(chunk)));
    this.daemon = daemon;
    while (!this.answers()) {
      if (daemon.exitCode !== null) throw new Error(`dockerd did not start:\n${this.log.slice(-3000)}`);
      await wait(100);
    }
  }

  /** Ends the daemon as a power cut would, with everything that runs, and starts it again. */
  async restart(): Promise<void> {
    await endProcess(this.daemon, 'SIGTERM');
    await this.start();
  }

  /** Ends everything and leaves nothing behind. */
  async remove(): Promise<void> {
    const ids = this.daemon === null ? [] : this.lines('ps', '--all', '--quiet');
    if (ids.length > 0) this.docker('rm', '--force', '--volumes', ...ids);
    await endProcess(this.daemon, 'SIGTERM');
    await endProcess(this.registry, 'SIGTERM');
    // The daemon leaves its own network name space mounted.
    spawnSync('umount', ['--lazy', path.join(this.folder, 'exec', 'netns', 'default')]);
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }

  /** What a `docker` command of somebody at this machine says. Throws where it fails. */
  docker(...words: string[]): string {
    return this.raw(...words).trim();
  }

  raw(...words: string[]): string {
    return execFileSync('docker', words, { env: this.environment, encoding: 'utf8', stdio: 'pipe' });
  }

  lines(...words: string[]): string[] {
    return this.docker(...words)
      .split('\n')
      .filter((line) => line !== '');
  }

  /** One value of a container, by a template of `docker inspect`. */
  look(name: string, template: string): string {
    return this.docker('inspect', '--type=container', `--format=${template}`, name);
  }

  /** Containers by name, with what they are at, such as `app running`. */
  containers(): string[] {
    return this.lines('ps', '--all', '--format={{.Names}} {{.State}}').sort();
  }

  /**
   * Makes an image with busybox as /bin/sh and all that, and a file /version; it runs until it is stopped, and ends at
   * once when it is.
   */
  makeImage(name: string, version: string, ...changes: string[]): void {
    const files = mkdtempSync(path.join(this.folder, 'image-'));
    for (const folder of ['bin', 'tmp']) mkdirSync(path.join(files, folder));
    for (const file of [busybox, ...librariesOf(busybox)]) cpSync(file, path.join(files, file), { dereference: true });
    for (const applet of applets) symlinkSync('busybox', path.join(files, 'bin', applet));
    writeFileSync(path.join(files, 'version'), version);
    writeFileSync(
      path.join(files, 'run'),
      '#!/bin/sh\ntrap "exit 0" TERM\n[ $# = 0 ] || "$@"\nwhile :; do sleep 0.1; done\n',
    );
    chmodSync(path.join(files, 'run'), 0o755);
    const archive = `${files}.tar`;
    execFileSync('tar', ['-C', files, '-cf', archive, '.']);
    const change = ['ENTRYPOINT ["/run"]', ...changes].flatMap((text) => ['--change', text]);
    this.docker('import', ...change, archive, name);
    for (const left of [files, archive]) rmSync(left, { recursive: true });
  }

  /** Starts a registry that wants `registryLogin`; gives its address. */
  async startRegistry(): Promise<string> {
    const port = await freePort();
    const own = (name: string) => path.join(this.folder, `registry-${name}`);
    writeFileSync(own('passwords'), `${registryLogin.username}:${passwordHash}\n`);
    const config = {
      version: '0.1',
      storage: { filesystem: { rootdirectory: own('data') } },
      http: { addr: `127.0.0.1:${port}` },
      auth: { htpasswd: { realm: 'test', path: own('passwords') } },
      log: { level: 'warn' },
    };
    // JSON is YAML, too.
    writeFileSync(own('config.yml'), JSON.stringify(config));
    this.registry = spawn('docker-registry', ['serve', own('config.yml')], { stdio: 'ignore', detached: true });
    const url = `http://127.0.0.1:${port}`;
    while (!(await fetch(`${url}/v2/`).catch(() => null))) await wait(50);
    return url;
  }

  /** Moves a local image into the registry, under a name there. */
  push(image: string, url: string, name: string): void {
    const { host } = new URL(url);
    const auth = Buffer.from(`${registryLogin.username}:${registryLogin.password}`).toString('base64');
    const config = path.join(this.folder, 'push');
    mkdirSync(config, { recursive: true });
    writeFileSync(path.join(config, 'config.json'), JSON.stringify({ auths: { [host]: { auth } } }));
    this.docker('tag', image, `${host}/${name}`);
    this.docker('--config', config, 'push', `${host}/${name}`);
    this.docker('image', 'rm', `${host}/${name}`, image);
  }

  private answers(): boolean {
    try {
      this.docker('info');
      return true;
    } catch {
      return false;
    }
  }
}

/** The number of the port that nobody listens at now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** Who may fetch from the registry. */
export const registryLogin = { username: 'device', password: 'kl4r $(text) "s3cret"' };

/** Of the password, in the only form that the registry knows. */
const passwordHash = '$2y$05$u.sjhTP7iF7p68HvYWxCwOCQV6ek3u17vQp4Wht4tJtdfImNCvhja';

const busybox = '/bin/busybox';
const applets = ['sh', 'sleep', 'cat', 'echo', 'seq', 'test', 'touch', 'nc', 'httpd', 'true', 'false'];

/** None where it is linked statically. */
function librariesOf(program: string): string[] {
  const { stdout } = spawnSync('ldd', [program], { encoding: 'utf8' });
  return [...stdout.matchAll(/(\/\S+) \(0x/g)].map(([, file = '']) => file);
}

async function endProcess(child: ChildProcess | null, signal: NodeJS.Signals): Promise<void> {
  if (child === null || child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill(signal);
  await exit;
}
