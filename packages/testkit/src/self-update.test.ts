import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { AgentManifest, Device } from '@tideway/protocol';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type DeviceFleet, makeDeviceFleet } from './fixtures/device-fleet.ts';
import { startTestServer, type TestServer } from './test-server.ts';

const built = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', 'dist', 'agent');
const home = mkdtempSync(join(tmpdir(), 'tideway-self-update-'));
const agentFiles = join(home, 'given-out');
let server: TestServer;
let fleet: DeviceFleet;
let device: InstalledAgent;
let count = 0;

beforeAll(async () => {
  mkdirSync(agentFiles);
  server = await startTestServer({ agentFiles, agentUpdateSpreadS: 0, pollAfterS: 0.3 });
  fleet = await makeDeviceFleet(server, 'Fleet');
});

afterAll(async () => {
  await server.stop();
  rmSync(home, { recursive: true });
});

beforeEach(async () => {
  count += 1;
  device = new InstalledAgent(`device-${count}`, await fleet.createPairingToken());
  giveOut('1.0.0');
  await device.layOut('1.0.0');
});

afterEach(() => device.remove());

describe('an agent that is laid out', () => {
  it('replaces itself by the program that the server gives out, and goes back to an older one as well', async () => {
    giveOut('2.0.0');
    device.start();
    await device.runs('2.0.0');
    await device.until(() => device.isProven('2.0.0'));
    expect([device.word('current'), device.word('previous')]).toEqual(['2.0.0', '1.0.0']);
    await device.end();

    giveOut('1.0.0');
    device.start();
    await device.runs('1.0.0');
    await device.until(() => device.word('previous') === '2.0.0' && device.isProven('1.0.0'));
    expect(await device.end()).toBe(0);
  });

  it.each([
    ['that is no program', 'this is not (JavaScript', 'crashed with exit code 1'],
    ['that crashes at its start', 'console.error("oh"); process.exit(3);', 'crashed with exit code 3'],
    ['that ends as if all were well', 'console.error("bye");', 'crashed with exit code 0'],
    ['that starts and never reaches the server', 'setInterval(() => {}, 1000);', 'silent'],
  ])('goes back from one %s, says so, and does not try it again', { timeout: 90_000 }, async (_what, text, fault) => {
    giveOut('2.0.0', text);
    device.start();
    await device.logged(/2\.0\.0 has not proved itself/);
    await device.runs('1.0.0');
    await device.until(async () => (await device.seen())?.attributes.agent_rejected === `2.0.0: ${fault}`);
    expect([device.word('current'), device.word('rejected', '2.0.0')]).toEqual(['1.0.0', fault]);
    expect(device.word('starts', '2.0.0')).toBe('3');
    expect(existsSync(device.file('versions', '2.0.0', 'tideway-agent.mjs'))).toBe(false);

    await device.end();
    device.log = '';
    device.start();
    await device.runs('1.0.0');
    await deploysTo(device);
    expect(device.log).not.toContain('Fetching the program');
  });

  it('takes the next program after one that it has given up', { timeout: 60_000 }, async () => {
    giveOut('2.0.0', 'process.exit(1)');
    device.start();
    await device.logged(/2\.0\.0 has not proved itself/);
    await device.runs('1.0.0');
    await device.end();
    giveOut('2.0.1');
    device.start();
    await device.runs('2.0.1');
  });

  it('takes no program whose bytes are others than the manifest says', async () => {
    const manifest = giveOut('2.0.0');
    writeFileSync(join(agentFiles, 'tideway-agent.mjs'), 'x'.repeat(manifest.files[0]?.size ?? 0));
    device.start();
    await device.logged(/The program 2\.0\.0 was not taken: .* did not arrive as it was ordered/);
    expect(device.word('current')).toBe('1.0.0');
    expect(existsSync(device.file('versions', '2.0.0', 'tideway-agent.mjs'))).toBe(false);
    await deploysTo(device);
  });

  it('stays what it is where it is told to', async () => {
    giveOut('2.0.0');
    device.start(['--no-self-update']);
    await device.runs('1.0.0');
    await deploysTo(device);
    expect([device.word('current'), device.isProven('1.0.0')]).toEqual(['1.0.0', true]);
  });

  it('carries an update out to its end first, and only then replaces itself', { timeout: 60_000 }, async () => {
    device.start();
    await device.runs('1.0.0');
    const gate = join(home, `gate-${count}`);
    const script = `touch ${gate}.begun; while [ ! -e ${gate} ]; do sleep 0.1; done`;
    const deployment = await device.deploy(script);
    await device.until(() => existsSync(`${gate}.begun`));
    giveOut('2.0.0');
    await device.sayHelloAgain();
    const processBefore = await device.agentProcess();
    await delay(500);
    expect([await device.agentProcess(), device.word('current')]).toEqual([processBefore, '1.0.0']);
    writeFileSync(gate, '');
    await device.until(async () => (await statusOf(deployment)) === 'success');
    await device.runs('2.0.0');
  });

  it('does not replace itself while it is blocked', async () => {
    device.start();
    await device.runs('1.0.0');
    await device.command('block', 'harvest');
    giveOut('2.0.0');
    await device.end();
    device.start();
    await device.until(() => /Blocked|server http/.test(device.log));
    await delay(1500);
    expect(device.word('current')).toBe('1.0.0');
    await device.command('unblock');
    await device.runs('2.0.0');
  });

  it('stops when its launcher is gone, and is there again with the next one', async () => {
    device.start();
    await device.runs('1.0.0');
    const agent = await device.agentProcess();
    device.kill('SIGKILL');
    await device.until(() => !existsSync(`/proc/${agent}`));
    device.start();
    await device.runs('1.0.0');
    await deploysTo(device);
  });

  it('ends with its launcher, in order, and passes the end of a proven program on', async () => {
    device.start();
    await device.runs('1.0.0');
    expect(await device.end()).toBe(0);
    device.start();
    await device.until(async () => (await device.agentProcess()) !== null);
    const [code] = await Promise.all([once(device.launcher(), 'exit'), device.killAgent()]);
    expect(code).toEqual([137, null]);
  });
});

describe('a power cut', () => {
  it.each(sample([1, 2, 3].flatMap((nth) => [`before change ${nth}`, `after change ${nth}`])))(
    '%s of the folder by an agent that replaces itself leaves a program that works',
    { timeout: 90_000 },
    async (point) => {
      giveOut('2.0.0');
      const hook = join(home, 'power-cut.mjs');
      writeFileSync(hook, powerCutInAgent);
      device.start([], { NODE_OPTIONS: `--import ${hook}`, POWER_CUT: point });
      await once(device.launcher(), 'exit');
      device.start();
      await device.runs('2.0.0');
      await device.until(() => device.isProven('2.0.0'));
      expect([device.word('current'), device.word('previous')]).toEqual(['2.0.0', '1.0.0']);
    },
  );

  it.each(
    sample(['starts', 'rejected', 'current'].flatMap((name) => [`before the change of ${name}`, `after it ${name}`])),
  )('%s by the launcher leaves a program that works', { timeout: 90_000 }, async (point) => {
    giveOut('2.0.0', 'process.exit(1)');
    const tools = join(home, `tools-${count}`);
    mkdirSync(tools);
    writeFileSync(join(tools, 'mv'), powerCutInLauncher, { mode: 0o755 });
    device.start([], { PATH: `${tools}:${process.env.PATH}`, POWER_CUT: point });
    await once(device.launcher(), 'exit');
    device.start();
    await device.logged(/2\.0\.0 has not proved itself/);
    await device.runs('1.0.0');
    await device.until(() => device.word('current') === '1.0.0');
  });
});

/** All points in the long run, else the last of them. */
function sample(points: string[]): string[] {
  return process.env.TIDEWAY_LONG ? points : points.slice(-1);
}

/** Kills agent and launcher around the nth rename below the folder of programs that follows the download. */
const powerCutInAgent = `
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
const { renameSync } = fs;
const [when, , nth] = process.env.POWER_CUT.split(' ');
let changes = 0;
const cut = () => { process.kill(process.ppid, 'SIGKILL'); process.kill(process.pid, 'SIGKILL'); };
fs.renameSync = (from, to) => {
  const counts = /program.(versions.2.0.0.tideway-agent.mjs|previous|current)$/.test(to);
  if (counts) changes += 1;
  if (counts && when === 'before' && changes === Number(nth)) cut();
  renameSync(from, to);
  if (counts && when === 'after' && changes === Number(nth)) cut();
};
syncBuiltinESMExports();
`;

/** In the place of mv: kills the launcher around its change of a file. */
const powerCutInLauncher = `#!/bin/sh
for to; do :; done
file=\${to##*/}
[ "\${POWER_CUT##* }" = "$file" ] || exec /bin/mv "$@"
case $POWER_CUT in before*) ;; *) /bin/mv "$@" ;; esac
kill -KILL $PPID
`;

async function deploysTo(agent: InstalledAgent): Promise<void> {
  const deployment = await agent.deploy('true');
  await agent.until(async () => (await statusOf(deployment)) === 'success');
}

async function statusOf(deployment: string): Promise<string | undefined> {
  const { items } = (await fleet.call('GET', `/deployments/${deployment}/updates`)) as { items: { status: string }[] };
  return items[0]?.status;
}

/** Makes a version of the agent, or what claims to be one, the program that the server gives out. */
function giveOut(version: string, text = programOf(version)): AgentManifest {
  const sha256 = createHash('sha256').update(text).digest('hex');
  const size = Buffer.byteLength(text);
  const manifest: AgentManifest = {
    version,
    files: [{ name: 'tideway-agent.mjs', kind: 'node', os: null, arch: null, size, sha256 }],
  };
  writeFileSync(join(agentFiles, 'tideway-agent.mjs'), text);
  writeFileSync(join(agentFiles, 'manifest.json'), JSON.stringify(manifest));
  return manifest;
}

/** The real program under another version. */
function programOf(version: string): string {
  const { version: own } = JSON.parse(readFileSync(join(built, 'manifest.json'), 'utf8')) as AgentManifest;
  return readFileSync(join(built, 'tideway-agent.mjs'), 'utf8').replaceAll(own, version);
}

/** A device on which the agent is laid out, and started by its launcher. */
class InstalledAgent {
  log = '';
  private readonly name: string;
  private readonly token: string;
  private readonly folder: string;
  private started: ChildProcess | null = null;

  constructor(name: string, token: string) {
    this.name = name;
    this.token = token;
    this.folder = join(home, name);
    mkdirSync(join(this.folder, 'root'), { recursive: true });
  }

  async layOut(version: string): Promise<void> {
    const program = join(this.folder, 'tideway-agent.mjs');
    writeFileSync(program, programOf(version));
    const { stdout } = await promisify(execFile)(process.execPath, [program, 'lay-out', this.file()]);
    expect(stdout.trim()).toBe(this.file('tideway-agent'));
  }

  start(options: string[] = [], environment: Record<string, string> = {}): void {
    const folders = ['--state', join(this.folder, 'state'), '--root', join(this.folder, 'root')];
    const joining = ['--server', server.url, '--pairing-token', this.token, '--name', this.name];
    const child = spawn(this.file('tideway-agent'), ['run', ...joining, ...folders, ...options], {
      env: { ...process.env, TIDEWAY_PROVE_WITHIN_S: '2', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (this.log += String(chunk)));
    this.started = child;
  }

  launcher(): ChildProcess {
    if (this.started === null) throw new Error('The agent was not started');
    return this.started;
  }

  kill(signal: NodeJS.Signals): void {
    this.launcher().kill(signal);
  }

  async end(): Promise<number | null> {
    const child = this.launcher();
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
    return child.exitCode;
  }

  async killAgent(): Promise<void> {
    const agent = await this.agentProcess();
    if (agent !== null) process.kill(agent, 'SIGKILL');
  }

  async remove(): Promise<void> {
    await this.end();
    await this.killAgent();
  }

  async command(...words: string[]): Promise<string> {
    const state = ['--state', join(this.folder, 'state')];
    return (await promisify(execFile)(this.file('tideway-agent'), [...words, ...state])).stdout;
  }

  /** The agent greets the server anew when software on the device changes its mind. */
  async sayHelloAgain(): Promise<void> {
    await this.command('block');
    await this.command('unblock');
  }

  /** The process of the agent; null where none runs. */
  async agentProcess(): Promise<number | null> {
    const status = JSON.parse(await this.command('status', '--json')) as { process: number | null };
    return status.process;
  }

  file(...words: string[]): string {
    return join(this.folder, 'program', ...words);
  }

  /** A line of the folder, or what is marked of a version; null where there is none. */
  word(name: string, version?: string): string | null {
    const file = version === undefined ? this.file(name) : this.file('versions', version, name);
    return existsSync(file) ? readFileSync(file, 'utf8').trim() : null;
  }

  isProven(version: string): boolean {
    return this.word('proven', version) !== null;
  }

  /** The device as the server sees it. */
  async seen(): Promise<Device | undefined> {
    const { items } = (await fleet.call('GET', '/devices')) as { items: Device[] };
    return items.find(({ name }) => name === this.name);
  }

  async runs(version: string): Promise<void> {
    await this.until(async () => {
      const seen = await this.seen();
      return seen?.agent.version === version && seen.state === 'online';
    });
  }

  async deploy(run: string): Promise<string> {
    const id = (await this.seen())?.id ?? '';
    const flow = `flows: { f${Date.now()}: { steps: [{ name: Run, run: ${JSON.stringify(run)} }] } }`;
    const { update_flows } = (await fleet.call('POST', '/update-flows', flow)) as { update_flows: { uuid: string }[] };
    const order = { device_ids: [id], deployment_configuration: { flow_uuid: update_flows[0]?.uuid } };
    const answer = (await fleet.call('POST', '/deployments', order)) as { deployment_id: string };
    return answer.deployment_id;
  }

  async logged(pattern: RegExp): Promise<void> {
    await this.until(() => pattern.test(this.log));
  }

  async until(holds: () => boolean | Promise<boolean>): Promise<void> {
    while (!(await holds())) await delay(100);
  }
}
