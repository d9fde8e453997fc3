import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { DeviceReport, PlanArtifact } from '@tideway/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleAgent, TestDevice } from './testing/agent-process.ts';
import { filesStepFixture, flowFixture, runStepFixture } from './testing/flow-fixtures.ts';
import { ScriptedServer } from './testing/scripted-server.ts';

const updates = Number(process.env.TIDEWAY_SOAK_UPDATES ?? 2000);
/** In the first half the agent is killed, too; in the second it has to stay as it is after a warm-up. */
const lastKill = updates / 2;
const warmUp = updates / 10;
const between = updates / 10;
/** Full after some updates: then it must not grow any more. */
const withSmallCache = ['--cache-size', '400kB'];

let bundle: Awaited<ReturnType<typeof bundleAgent>>;
let server: ScriptedServer;
let device: TestDevice;
let agent: ReturnType<TestDevice['start']>;
let probe: ReturnType<typeof heapProbe>;

beforeAll(async () => {
  bundle = await bundleAgent();
  probe = heapProbe();
  server = new ScriptedServer();
  server.pollAfterS = 0.01;
  device = new TestDevice(bundle.program, await server.start());
  agent = device.start(['--pairing-token', 'good-token', ...withSmallCache], probe.env);
});

afterAll(async () => {
  await device.remove();
  await server.stop();
  bundle.remove();
  probe.remove();
});

describe('two thousand updates with random faults', () => {
  it('leave the agent as it was: memory, open files, processes, and what is on its disk', {
    timeout: 3_600_000,
  }, async () => {
    const ends = new Map<string, number>();
    const measured: Measured[] = [];
    for (let count = 0; count < updates; count += 1) {
      if (count >= lastKill + warmUp && (count - lastKill - warmUp) % between === 0) measured.push(await measure());
      const fault = faultOf(count);
      const { event } = await runOne(fault, count);
      ends.set(`${fault}: ${event}`, (ends.get(`${fault}: ${event}`) ?? 0) + 1);
    }
    measured.push(await measure());
    console.table(measured);
    console.table(Object.fromEntries(ends));

    const [before, after] = [measured[0], measured.at(-1)];
    if (!before || !after) throw new Error('Nothing was measured');
    // Node compiles more of the program as it goes; a kilobyte that each update in between left behind would show beside it.
    expect(after.liveKb - before.liveKb).toBeLessThan(updates * 0.4);
    expect(after.memoryMb).toBeLessThan(before.memoryMb + 30);
    expect(after.openFiles).toBeLessThanOrEqual(before.openFiles + 2);
    expect([before.children, after.children]).toEqual([0, 0]);
    expect(after.filesOnDisk).toBeLessThanOrEqual(before.filesOnDisk + 4);
    expect(after.kbOnDisk).toBeLessThan(before.kbOnDisk + 200);
    expect(server.faults).toEqual([]);
  });
});

const faults = ['none', 'failing step', 'abort', 'cut download', 'kill'] as const;
type Fault = (typeof faults)[number];

function faultOf(count: number): Fault {
  const dice = Math.random();
  if (dice < 0.25) return 'failing step';
  if (dice < 0.35) return 'abort';
  if (dice < 0.38) return 'cut download';
  return dice < 0.44 && count < lastKill ? 'kill' : 'none';
}

/** Orders an update, does to it what is to happen, and gives its end, which has to be one that this leaves. */
async function runOne(fault: Fault, count: number): Promise<DeviceReport> {
  const name = `n-${count}`;
  const isHeld = fault === 'abort' || fault === 'kill';
  const revert = { revert_all_files: true, trigger: 'any_step_failure' } as const;
  const script = `touch begun-${name}; ${isHeld ? 'sleep 1000' : 'head -c 2000 /dev/zero | tr "\\0" x'}`;
  const steps = [
    filesStepFixture('Place', { on_failure: revert }),
    runStepFixture('Work', script),
    runStepFixture('End', fault === 'failing step' ? 'exit 3' : `rm -f begun-*`),
  ];
  const update = server.order({
    flow: flowFixture(steps, { rollback: { shell: 'sh', script: 'rm -f begun-*', timeout_s: 60 } }),
    document: { artifacts: [newArtifact()] },
  });
  if (fault === 'cut download') server.cutDownloads = 1;
  if (isHeld) await begun(name);
  if (fault === 'abort') server.abort(update);
  if (fault === 'kill') {
    await device.end('SIGKILL');
    agent = device.start(withSmallCache, probe.env);
  }
  const result = await server.resultOf(update);
  const wanted = {
    none: 'succeeded',
    'failing step': 'failed',
    abort: 'stopped',
    'cut download': 'succeeded',
    kill: 'failed',
  };
  expect([count, fault, result.event, result.undone.filter(({ done }) => !done)]).toEqual([
    count,
    fault,
    wanted[fault],
    [],
  ]);
  return result;
}

/** Another one for each update, so that none is there already. */
function newArtifact(): PlanArtifact {
  const bytes = randomBytes(20_000);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  server.artifacts.clear();
  server.artifacts.set(sha256, bytes);
  return { path: 'app.bin', sha256, size: bytes.length };
}

async function begun(name: string): Promise<void> {
  while (device.read(`begun-${name}`) === null) await delay(5);
}

type Measured = {
  liveKb: number;
  memoryMb: number;
  openFiles: number;
  children: number;
  filesOnDisk: number;
  kbOnDisk: number;
};

/** What the agent takes up when it has nothing to do; the least of some looks, because Node frees memory when it likes. */
async function measure(): Promise<Measured> {
  const looks: Measured[] = [];
  for (let look = 0; look < 5; look += 1) {
    await delay(500);
    looks.push({ liveKb: await probe.liveKb(), ...measureNow() });
  }
  const least = (key: keyof Measured) => Math.min(...looks.map((look) => look[key]));
  return {
    liveKb: least('liveKb'),
    memoryMb: least('memoryMb'),
    openFiles: least('openFiles'),
    children: least('children'),
    filesOnDisk: least('filesOnDisk'),
    kbOnDisk: least('kbOnDisk'),
  };
}

function measureNow(): Omit<Measured, 'liveKb'> {
  const status = readFileSync(`/proc/${agent.pid}/status`, 'utf8');
  const threads = readdirSync(`/proc/${agent.pid}/task`);
  const children = threads.flatMap((thread) => childrenOf(thread));
  const files = readdirSync(device.state, { recursive: true, encoding: 'utf8' }).map((name) =>
    path.join(device.state, name),
  );
  const bytes = files.map((file) => statSync(file)).reduce((sum, { size }) => sum + size, 0);
  return {
    memoryMb: Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024),
    openFiles: readdirSync(`/proc/${agent.pid}/fd`).length,
    children: children.length,
    filesOnDisk: files.length,
    kbOnDisk: Math.round(bytes / 1024),
  };
}

function childrenOf(thread: string): string[] {
  return readFileSync(`/proc/${agent.pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean);
}

/** Loaded into the agent beside its program: on a signal it collects all garbage and writes down what is still held. */
function heapProbe() {
  const folder = mkdtempSync(path.join(tmpdir(), 'tideway-heap-'));
  const [script, answer] = [path.join(folder, 'probe.cjs'), path.join(folder, 'live')];
  writeFileSync(
    script,
    `require('node:v8').setFlagsFromString('--expose-gc');
    const collect = require('node:vm').runInNewContext('gc');
    const { renameSync, writeFileSync } = require('node:fs');
    process.on('SIGUSR2', () => {
      collect();
      setImmediate(() => {
        collect();
        const { heapUsed, external } = process.memoryUsage();
        writeFileSync('${answer}.new', String(heapUsed + external));
        renameSync('${answer}.new', '${answer}');
      });
    });`,
  );
  return {
    env: { NODE_OPTIONS: `--require=${script}` },
    async liveKb(): Promise<number> {
      rmSync(answer, { force: true });
      agent.kill('SIGUSR2');
      for (;;) {
        const bytes = readdirSync(folder).includes('live') ? readFileSync(answer, 'utf8') : null;
        if (bytes !== null) return Math.round(Number(bytes) / 1024);
        await delay(5);
      }
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
