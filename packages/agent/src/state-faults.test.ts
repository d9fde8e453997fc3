import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { canonicalJson } from '@tideway/protocol';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bundleAgent, TestDevice } from './testing/agent-process.ts';
import { flowFixture, runStepFixture } from './testing/flow-fixtures.ts';
import { ScriptedServer } from './testing/scripted-server.ts';

let bundle: Awaited<ReturnType<typeof bundleAgent>>;
let server: ScriptedServer;
let device: TestDevice;

beforeAll(async () => {
  bundle = await bundleAgent();
});
afterAll(() => bundle.remove());

beforeEach(async () => {
  server = new ScriptedServer();
  device = new TestDevice(bundle.program, await server.start());
});
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') console.error(device.log, server.reports);
  await device.end('SIGKILL');
  while (spawnSync('umount', [device.state]).status === 0);
  await device.remove();
  await server.stop();
  expect(server.faults).toEqual([]);
});

const damages = {
  cut: (text: string) => text.slice(0, text.length / 2),
  emptied: () => '',
  'of another form': () => '{"format":99}',
};

describe('a file of the agent that is damaged', () => {
  const files = ['key', 'identity', 'journal', 'outbox', 'session', 'finished', 'apps', 'boots'].map(
    (one) => `${one}.json`,
  );

  it.each(files)('is refused at the start with what to do, before anything is done: %s', async (name) => {
    const file = path.join(device.state, name);
    const update = await leaveUpdateOpen();
    const whole = existsSync(file) ? readFileSync(file, 'utf8') : '{"boots":1}';
    for (const [how, damage] of Object.entries(damages)) {
      writeFileSync(file, damage(whole));
      device.log = '';
      const [code] = await once(device.start([]), 'close');
      expect([how, code]).toEqual([how, 1]);
      expect(device.log.split('\n').at(-2)).toMatch(
        new RegExp(
          `^${file} is damaged: it [^\\n]*\\. Put a whole copy in its place, or remove it; without it [^\\n]*\\.$`,
        ),
      );
    }
    expect(server.reportsOf(update).map(({ event }) => event)).toEqual(['step_started']);

    writeFileSync(file, whole);
    device.start([]);
    expect(await server.resultOf(update)).toMatchObject({ event: 'failed', reason: 'interrupted' });
    expect(device.read('runs')).toBe('x\n');
  });

  it('does not keep `status` from saying so', async () => {
    await leaveUpdateOpen();
    writeFileSync(path.join(device.state, 'journal.json'), '');
    const { code, said } = await device.command('status');
    expect([code, said]).toEqual([1, expect.stringMatching(/^\S+journal\.json is damaged: it is not JSON\.[^\n]*\n$/)]);
  });

  it('is refused where the key is gone of a device that has joined', async () => {
    await leaveUpdateOpen();
    rmSync(path.join(device.state, 'key.json'));
    const [code] = await once(device.start([]), 'close');
    expect([code, device.log]).toEqual([
      1,
      expect.stringMatching(/key\.json is missing\. Put it back, or remove \S+ to join/),
    ]);
    expect(existsSync(path.join(device.state, 'key.json'))).toBe(false);
  });

  it('keeps nothing from its end where it is only the note of a command', async () => {
    const update = await leaveUpdateOpen();
    writeFileSync(path.join(device.state, `updates/update-${update}/steps/0/process.json`), '');
    device.start([]);
    expect(await server.resultOf(update)).toMatchObject({ event: 'failed', reason: 'interrupted' });
  });

  it('is named in the result where it is the configuration that was kept', async () => {
    const configuration = { zone: 'south' };
    const update = await leaveUpdateOpen({ configuration });
    writeFileSync(path.join(device.state, `updates/update-${update}/previous-configuration.json`), '{');
    device.start([]);
    expect(await server.resultOf(update)).toMatchObject({
      event: 'failed',
      undone: [{ step: 'configuration', done: false, message: expect.stringContaining('is damaged') }],
    });
  });

  /** Kills the agent in the middle of its second update. */
  async function leaveUpdateOpen(document: Parameters<typeof server.order>[0]['document'] = {}): Promise<string> {
    const first = server.order({ flow: flowFixture([runStepFixture('First', 'true')]) });
    const script = 'echo x >> runs; sleep 1000';
    device.start();
    await server.resultOf(first);
    const update = server.order({ flow: flowFixture([runStepFixture('Second', script)]), document });
    await server.until(() => device.read('runs') !== null && server.reportsOf(update).length > 0);
    await device.end('SIGKILL');
    return update;
  }
});

describe('an update whose device has lost an ability in its middle', () => {
  it('is brought to its end, with its rollback', async () => {
    const flow = flowFixture([runStepFixture('Only', 'touch begun; sleep 1000')], {
      rollback: { shell: 'sh', script: 'touch back', timeout_s: 10 },
    });
    const update = server.order({ flow });
    device.start();
    await server.until(() => device.read('begun') !== null);
    await device.end('SIGKILL');
    demandOs('plan9');
    device.start([]);
    expect(await server.resultOf(update)).toMatchObject({ reason: 'interrupted', undone: [{ step: 'rollback' }] });
  });

  /** Makes the flow in the journal one that this device could not begin. */
  function demandOs(os: string): void {
    const file = path.join(device.state, 'journal.json');
    const journal = JSON.parse(readFileSync(file, 'utf8'));
    const document = JSON.parse(journal.plan.document);
    journal.plan.document = canonicalJson({
      ...document,
      flow: { ...document.flow, requires: { arch: [], os: [os] } },
    });
    journal.plan.document_sha256 = createHash('sha256').update(journal.plan.document).digest('hex');
    writeFileSync(file, JSON.stringify(journal));
  }
});

const canMount = spawnSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).status === 0;

describe.skipIf(!canMount)('a disk for the state folder that is full (as root)', () => {
  beforeEach(() => {
    mkdirSync(device.state);
    spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', device.state]);
  });

  it('by a step does not keep that step from failing, nor its rollback from making room', async () => {
    const isNoted = `ls ${device.state}/updates/*/steps/0/process.json`;
    const script = `while ! ${isNoted}; do sleep 0.05; done; dd if=/dev/zero of=${device.state}/filler bs=4k; exit 5`;
    const rollback = { shell: 'sh', script: `rm ${device.state}/filler; touch back`, timeout_s: 10 } as const;
    const update = server.order({ flow: flowFixture([runStepFixture('Fill', script)], { rollback }) });
    device.start();
    expect(await server.resultOf(update)).toMatchObject({
      event: 'failed',
      exit_code: 5,
      undone: [{ step: 'rollback', done: true }],
    });
    const next = server.order({ flow: flowFixture([runStepFixture('Next', 'true')]) });
    expect(await server.resultOf(next)).toMatchObject({ event: 'succeeded' });
  });

  it('even of what the agent holds in reserve makes it wait, say so, and go on when there is room', async () => {
    const fill = `rm ${device.state}/reserve; dd if=/dev/zero of=${device.state}/filler bs=4k`;
    // The agent may be the first that finds the disk full, and end the step before it gets any further.
    const script = `while ! ls ${device.state}/updates/*/steps/0/process.json; do sleep 0.05; done; echo x >> runs; ${fill}`;
    const update = server.order({ flow: flowFixture([runStepFixture('Fill', script), runStepFixture('On', 'true')]) });
    device.start();
    await device.logged(/\S+ cannot be written: the disk is full\. The agent goes on when it can be\./);
    expect(device.read('runs')).toBe('x\n');
    rmSync(path.join(device.state, 'filler'));
    expect(await server.resultOf(update)).toMatchObject({ event: 'failed', reason: 'interrupted', step: 0 });
    expect(device.read('runs')).toBe('x\n');
  });

  it('at its start is said in one sentence, and over when there is room', async () => {
    device.start();
    await server.until(() => server.hellos.length > 0);
    await device.end('SIGKILL');
    rmSync(path.join(device.state, 'reserve'));
    spawnSync('dd', ['if=/dev/zero', `of=${device.state}/filler`, 'bs=4k']);
    const update = server.order({ flow: flowFixture([runStepFixture('Only', 'true')]) });
    device.log = '';
    device.start([]);
    await device.logged(/cannot be written: the disk is full/);
    expect(device.log).not.toMatch(/\n {4}at /);
    rmSync(path.join(device.state, 'filler'));
    expect(await server.resultOf(update)).toMatchObject({ event: 'succeeded' });
  });
});

describe.skipIf(!canMount)('a file system that becomes read-only (as root)', () => {
  it('in the middle of a step makes the agent wait, say so, and end the update truthfully', async () => {
    mkdirSync(device.state);
    spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', device.state]);
    const script = 'touch begun; while [ ! -e go ]; do sleep 0.05; done; echo x >> runs; echo said';
    const flow = flowFixture([runStepFixture('Only', script)], {
      rollback: { shell: 'sh', script: 'touch back', timeout_s: 10 },
    });
    const update = server.order({ flow });
    device.start();
    await server.until(() => device.read('begun') !== null && server.reportsOf(update).length > 0);
    await device.settled(() => device.readState('outbox.json') === '[]');
    await device.settled(() => spawnSync('mount', ['-o', 'remount,ro', device.state]).status === 0);
    writeFileSync(path.join(device.root, 'go'), '');
    await device.logged(/\S+ cannot be written: its file system is read-only\. The agent goes on when it can be\./);
    expect(device.log).not.toMatch(/\n {4}at /);
    spawnSync('mount', ['-o', 'remount,rw', device.state]);
    expect(await server.resultOf(update)).toMatchObject({
      event: 'failed',
      reason: 'interrupted',
      undone: [{ step: 'rollback', done: true }],
    });
    expect(device.read('runs')).toBe('x\n');
  });
});

describe.skipIf(!canMount)('a disk for the state folder that takes nothing while the device is idle (as root)', () => {
  beforeEach(() => {
    mkdirSync(device.state);
    spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', device.state]);
  });

  it('keeps the agent from taking up an update, and from nothing else', async () => {
    const first = server.order({ flow: flowFixture([runStepFixture('First', 'true')]) });
    const agent = device.start();
    await server.resultOf(first);
    await device.settled(() => device.readState('outbox.json') === '[]');
    await device.settled(() => spawnSync('mount', ['-o', 'remount,ro', device.state]).status === 0);
    const update = server.order({ flow: flowFixture([runStepFixture('Only', 'true')]) });
    await device.logged(/\S+ cannot be written: its file system is read-only\. (Next try in|The agent goes on)/);
    expect(agent.exitCode).toBeNull();
    spawnSync('mount', ['-o', 'remount,rw', device.state]);
    expect(await server.resultOf(update)).toMatchObject({ event: 'succeeded' });
  });

  it('makes an agent wait that has to note that it is blocked', async () => {
    server.pollAfterS = 60;
    const block = path.join(device.state, 'block.json');
    const blockSince = (since: string) => JSON.stringify({ reason: null, since });
    writeFileSync(block, blockSince('2026-01-01T00:00:00.000Z'));
    const agent = device.start();
    await device.settled(() => device.readState('block-heard.json') !== null);
    rmSync(path.join(device.state, 'reserve'));
    spawnSync('dd', ['if=/dev/zero', `of=${device.state}/filler`, 'bs=4k']);
    // In its place: a block that is written anew needs room.
    writeFileSync(block, blockSince('2026-01-02T00:00:00.000Z'), { flag: 'r+' });
    await device.logged(/cannot be written: the disk is full\. The agent goes on when it can be\./);
    expect(agent.exitCode).toBeNull();
    rmSync(path.join(device.state, 'filler'));
    await device.settled(() => device.readState('block-heard.json')?.includes('2026-01-02') ?? false);
  });
});

describe('a calendar that jumps in the middle of an update', () => {
  it.each(['1970-01-01T00:00:10Z', '2099-12-31T23:59:50Z'])(
    'to %s neither cuts a limit nor makes it endless',
    async (to) => {
      const clock = path.join(device.folder, 'clock');
      const env = { NODE_OPTIONS: `--import ${await bundleClock(device.folder)}`, TEST_CLOCK: clock };
      const wait = (name: string) => `touch ${name}; while [ ! -e go-${name} ]; do sleep 0.05; done`;
      const steps = [
        runStepFixture('Jump', wait('one'), { repeatable: true, timeout_s: 60 }),
        runStepFixture('Boot', wait('two'), { repeatable: true, timeout_s: 60 }),
        runStepFixture('Limit', 'sleep 1000', { timeout_s: 1 }),
      ];
      const update = server.order({ flow: flowFixture(steps), plan: { time_limit_s: 120 } });
      device.start(undefined, env);
      await server.until(() => device.read('one') !== null);
      // At once, because the agent may read it at any moment.
      writeFileSync(`${clock}.new`, to);
      renameSync(`${clock}.new`, clock);
      writeFileSync(path.join(device.root, 'go-one'), '');
      await server.until(() => device.read('two') !== null);
      await device.end('SIGKILL');
      device.start([], env);
      writeFileSync(path.join(device.root, 'go-two'), '');
      expect(await server.resultOf(update)).toMatchObject({ event: 'failed', step: 2, reason: 'timed_out' });
      expect(server.reportsOf(update).at(-1)?.device_time.slice(0, 3)).toBe(to.slice(0, 3));
    },
  );
});

async function bundleClock(folder: string): Promise<string> {
  const outfile = path.join(folder, 'clock.mjs');
  const entry = path.join(import.meta.dirname, 'testing/jumping-clock-child.ts');
  await build({ entryPoints: [entry], outfile, bundle: true, platform: 'node', format: 'esm', target: 'node20' });
  return outfile;
}
