import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { cgroupRoot } from './debian-root.ts';

export type Said = { code: number; out: string };

/**
 * A device of its own on this machine: Debian in name spaces, with its own first process, and a cable to a server on
 * this machine. It boots, runs, is asked to boot again and does, as a machine would.
 */
export class DebianDevice {
  /** The address of this machine on the cable. */
  readonly serverAddress: string;
  boots = 0;
  readonly #home = mkdtempSync(join(tmpdir(), 'tideway-debian-'));
  readonly #root = join(this.#home, 'root');
  readonly #name: string;
  readonly #init: string;
  #machine: ChildProcess | null = null;
  #isGone = false;
  #console = '';

  /** @param init command of the first process: systemd, or one for a device without it */
  constructor(debian: string, init = '/lib/systemd/systemd systemd.unit=multi-user.target') {
    const number = randomInt(1, 2 ** 14);
    this.#name = `tideway-${number}`;
    this.#init = init;
    const subnet = `10.${192 + (number >> 8)}.${number & 255}`;
    this.serverAddress = `${subnet}.1`;
    // In memory: file systems that lie over each other already do not take another one.
    const layers = join(this.#home, 'layers');
    for (const folder of [layers, this.#root]) mkdirSync(folder);
    run('mount', '-t', 'tmpfs', 'tmpfs', layers);
    for (const folder of ['upper', 'work']) mkdirSync(join(layers, folder));
    const options = `lowerdir=${debian},upperdir=${layers}/upper,workdir=${layers}/work`;
    run('mount', '-t', 'overlay', 'overlay', '-o', options, this.#root);
    this.#plugIn(subnet);
  }

  /** Gives the device the Node.js that runs the tests. */
  installNode(): void {
    copyFileSync(process.execPath, join(this.#root, 'usr/local/bin/node'));
  }

  /** Starts the device, and again each time that it asks for a boot; returns when it has come up. */
  async boot(): Promise<void> {
    this.boots += 1;
    this.#console = '';
    const folder = join(cgroupRoot(), this.#name);
    mkdirSync(folder, { recursive: true });
    const spaces = ['--mount', '--pid', '--fork', '--uts', '--ipc', '--cgroup', '--kill-child=KILL'];
    const words = ['netns', 'exec', this.#name, 'unshare', ...spaces, 'sh', '-c', bringUp, this.#root, this.#init];
    const enter = 'echo $$ > "$0/cgroup.procs" && exec ip "$@"';
    const machine = spawn('sh', ['-c', enter, folder, ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [machine.stdout, machine.stderr]) {
      stream.on('data', (chunk) => {
        this.#console = (this.#console + String(chunk)).slice(-20_000);
      });
    }
    this.#machine = machine;
    // The kernel tells with SIGHUP of a boot that was asked for, and with SIGINT of the power being switched off.
    machine.once('exit', (_code, signal) => {
      if (signal === 'SIGHUP' && !this.#isGone) void this.boot().catch(() => undefined);
    });
    await this.#comeUp();
  }

  /** Runs a shell script on the device, as root. */
  async run(script: string, environment: Record<string, string> = {}): Promise<Said> {
    const pid = this.#firstProcess();
    if (pid === null) return { code: -1, out: 'The device is off.' };
    const spaces = ['-m', '-p', '-u', '-i', '-n', '-C', '-r', '-w'];
    const words = ['-t', String(pid), ...spaces, '/bin/sh', '-c', `${script}\n`];
    const env = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/root', ...environment };
    const child = spawn('nsenter', words, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        out += String(chunk);
      });
    }
    const [code] = await once(child, 'close');
    return { code: code ?? -1, out };
  }

  /** What the script says, without the line's end; throws where it fails. */
  async ask(script: string): Promise<string> {
    const { code, out } = await this.run(script);
    if (code !== 0) throw new Error(`${script}\nended with ${code}:\n${out}\n${this.#console}`);
    return out.trim();
  }

  /** Every file on the device with what may be done with it, but for what systemd and logs leave at any time. */
  async files(): Promise<string[]> {
    const { stdout } = await promisify(execFile)(
      'find',
      [this.#root, '-xdev', '-printf', String.raw`%P %y %M %U %l\n`],
      { maxBuffer: 256 * 1024 * 1024 },
    );
    return stdout
      .split('\n')
      .filter(
        (line) =>
          !/^(var\/log\/journal|var\/lib\/systemd|var\/tmp\/systemd-private-[^/ ]*|tmp|run|dev|proc|sys)[/ ]/.test(
            line,
          ),
      )
      .sort();
  }

  /** What the commands of the processes on the device look like to everybody on it. */
  async commandLines(): Promise<string> {
    return this.ask("cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' '");
  }

  /** Switches the device off and removes all of it. */
  async remove(): Promise<void> {
    this.#isGone = true;
    const machine = this.#machine;
    if (machine && machine.exitCode === null && machine.signalCode === null) {
      const pid = this.#childOfMachine();
      const exit = once(machine, 'exit');
      if (pid !== null) process.kill(pid, 'SIGKILL');
      else machine.kill('SIGKILL');
      await exit;
    }
    run('ip', 'netns', 'delete', this.#name);
    run('umount', this.#root);
    run('umount', join(this.#home, 'layers'));
    rmSync(this.#home, { recursive: true });
    await removeCgroups(join(cgroupRoot(), this.#name));
  }

  #plugIn(subnet: string): void {
    const [here, there] = [`${this.#name}-h`.slice(0, 15), 'eth0'];
    run('ip', 'netns', 'add', this.#name);
    run('ip', 'link', 'add', here, 'type', 'veth', 'peer', 'name', there, 'netns', this.#name);
    run('ip', 'address', 'add', `${subnet}.1/24`, 'dev', here);
    run('ip', 'link', 'set', here, 'up');
    run('ip', '-n', this.#name, 'address', 'add', `${subnet}.2/24`, 'dev', there);
    for (const link of [there, 'lo']) run('ip', '-n', this.#name, 'link', 'set', link, 'up');
  }

  async #comeUp(): Promise<void> {
    const isUp = this.#init.includes('systemd') ? 'systemctl is-system-running --wait || true' : 'echo running';
    while (!/running|degraded/.test((await this.run(isUp)).out)) {
      if (this.#machine?.exitCode != null) throw new Error(`The device does not boot:\n${this.#console}`);
      await delay(100);
    }
  }

  /** Number of the device's first process; null while there is none, or still the shell that brings the device up. */
  #firstProcess(): number | null {
    const pid = this.#childOfMachine();
    const program = basename(this.#init.split(' ')[0] ?? '');
    return pid !== null && readProc(`${pid}/comm`).trim() === program ? pid : null;
  }

  #childOfMachine(): number | null {
    const machine = this.#machine?.pid;
    const [pid] = readProc(`${machine}/task/${machine}/children`).split(' ').filter(Boolean).map(Number);
    return pid ?? null;
  }
}

/** What a boot loader and a kernel do. `$0` is the root, `$1` the command of the first process. */
const bringUp = `
set -e
mount --make-rprivate /
cd "$0"
mount --bind . .
cd "$0"
mount -t proc proc proc
mount -t sysfs sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
for folder in run tmp dev; do mount -t tmpfs -o mode=755 tmpfs $folder; done
chmod 1777 tmp
for device in null zero random urandom full tty; do touch dev/$device; mount --bind /dev/$device dev/$device; done
mkdir dev/pts dev/shm
mount -t devpts devpts dev/pts -o newinstance,ptmxmode=0666
ln -s pts/ptmx dev/ptmx
touch dev/console
hostname device
exec chroot . env -i container=other PATH=/usr/sbin:/usr/bin:/sbin:/bin $1`;

function run(program: string, ...words: string[]): void {
  execFileSync(program, words, { stdio: ['ignore', 'ignore', 'inherit'] });
}

function readProc(name: string): string {
  try {
    return readFileSync(`/proc/${name}`, 'utf8');
  } catch {
    return '';
  }
}

/** Cgroups are empty a moment after their processes are gone. */
async function removeCgroups(folder: string): Promise<void> {
  for (let tries = 0; existsSync(folder) && tries < 100; tries += 1) {
    try {
      const found = execFileSync('find', [folder, '-depth', '-type', 'd'], { encoding: 'utf8' });
      for (const one of found.trim().split('\n')) rmdirSync(one);
    } catch {
      await delay(50);
    }
  }
}
