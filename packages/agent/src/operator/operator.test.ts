import { once } from 'node:events';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bundleAgent, TestDevice } from '../testing/agent-process.ts';
import { flowFixture, rebootStepFixture, runStepFixture } from '../testing/flow-fixtures.ts';
import { ScriptedServer } from '../testing/scripted-server.ts';

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
afterEach(async () => {
  await device.remove();
  await server.stop();
  expect(server.faults).toEqual([]);
});

describe('who looks on the device', () => {
  it('is told what it is at, and what comes next', async () => {
    const script = 'echo working; while [ ! -e go ]; do sleep 0.05; done';
    const flow = flowFixture([runStepFixture('First', 'true'), runStepFixture('Long', script)]);
    const update = server.order({ flow });
    device.start();
    await server.until(() =>
      server.reportsOf(update).some(({ event, step }) => event === 'step_started' && step === 1),
    );
    expect((await device.command('next')).said).toMatch(
      /^The device is at update up-1: at step 2 of 2, "Long", since 20\S+\.\n$/,
    );
    expect((await device.command('status')).said).toMatch(
      /\nServer {3}asked every \d+ s, since \S+\nUpdate {3}up-1, at step 2 of 2, "Long"\nFlow {5}release\nBlocked {2}no\n$/,
    );
    const status = JSON.parse((await device.command('status', '--json')).said);
    expect(status).toMatchObject({ update: { step: 2, steps: 2, step_name: 'Long' }, contact: { over: 'polling' } });

    device.write('go', '');
    await server.resultOf(update);
    await device.settled(async () => (await device.command('next')).said.startsWith('The device is free.'));
    expect((await device.command('next')).said).toMatch(/^The device is free. It asks for an update every \d+ s.\n$/);
  });

  it('is told why nothing happens', async () => {
    device.start();
    await device.logged(/Joined as/);
    await device.command('block', 'harvest');
    expect((await device.command('next')).said).toMatch(/^No new update begins: .* blocked since \S+: harvest\. /);
    await device.command('unblock');
    await server.stop();
    await device.logged(/Next try in/);
    expect((await device.command('next')).said).toMatch(
      /^The server cannot be asked: .* cannot be reached: .* The next try is at 20\S+\.\n$/,
    );
    await device.end('SIGKILL');
    expect((await device.command('next')).said).toBe('No agent is running: nothing happens until it is started.\n');
    expect((await device.command('status')).said).toMatch(/^Agent {4}not running\nDevice {3}d-test\nUpdate {3}none\n/);
  });

  it('finds the output of an update, also when the server has it', async () => {
    expect((await device.command('logs')).code).toBe(1);
    const script = 'echo one; while [ ! -e go ]; do sleep 0.05; done; printf "two\\033[2J\\n"';
    const update = server.order({ flow: flowFixture([runStepFixture('Say', script)]) });
    device.start();
    await server.until(() => server.outputs.get(update)?.includes('one'));
    const following = device.command('logs', '--follow');
    expect((await device.command('logs')).said).toMatch(/^\[20\S+\] Say\none\n$/);
    device.write('go', '');
    await server.resultOf(update);
    expect((await following).said).toMatch(/Say\none\ntwo\\x1b\[2J\n$/);
    await server.until(() => server.outputs.get(update)?.includes('two'));
    expect((await device.command('logs')).said).toMatch(/^\[20\S+\] Say\none\ntwo\\x1b\[2J\n$/);
  });
});

describe('what the owner of a device says more about it', () => {
  it('is an attribute, from a file or from a program, and a fault in one leaves the others', async () => {
    own('attributes.d/10-place', 'site=Hall 3\nnonsense\n');
    own('attributes.d/20-serial', '#!/bin/sh\necho "serial=$(cat "$TIDEWAY_ROOT/serial")"\n', 0o755);
    own('attributes.d/30-broken', '#!/bin/sh\necho hidden=1; exit 3\n', 0o755);
    device.write('serial', 'A-17 $(reboot)\n');
    device.start();
    const { attributes } = await server.until(() => server.hellos[0]);
    expect(attributes).toMatchObject({ site: 'Hall 3', serial: 'A-17 $(reboot)', hostname: expect.any(String) });
    expect(attributes).not.toHaveProperty('hidden');
    await device.logged(/10-place: the line "nonsense" is not key=value\./);
    await device.logged(/30-broken is left out: it ended with exit code 3\./);
    expect(await server.until(() => server.metrics[0])).toMatchObject({ disk_free_bytes: expect.any(Number) });
  });

  it('is nothing where the folder cannot be read, and the log says so', async () => {
    makeUnreadable('attributes.d');
    device.start();
    await server.until(() => server.hellos[0]);
    await device.logged(/attributes\.d is left out: ELOOP: /);
  });
});

describe('hooks of the owner of a device', () => {
  it('run before and after an update, once around a boot, and know of it', async () => {
    own('hooks/before-update.d/1', '#!/bin/sh\necho "before $TIDEWAY_FLOW $TIDEWAY_DEPLOYMENT_ID" >> log\n', 0o755);
    own('hooks/after-update.d/1', '#!/bin/sh\necho "after $TIDEWAY_STATUS $TIDEWAY_APP" >> log\n', 0o755);
    own('hooks/before-update.d/not-a-program', 'echo wrong >> log\n');
    const app = { name: 'camera', version: '2.0' };
    const flow = flowFixture([rebootStepFixture('Boot'), runStepFixture('Step', 'echo step >> log')]);
    const update = server.order({ flow, document: { app } });
    device.start();
    expect(await server.resultOf(update)).toMatchObject({ event: 'succeeded' });
    await device.settled(() => device.read('log')?.includes('after') ?? false);
    await server.until(() =>
      server.outputs.get(update)?.includes('not-a-program is left out: it is not executable.\n'),
    );
    expect(device.read('log')).toMatch(/^before release \S+\nstep\nafter success camera\n$/);
  });

  it('refuse the update before anything is done', async () => {
    own('hooks/before-update.d/1', '#!/bin/sh\necho "no: the harvest runs"; exit 7\n', 0o755);
    own('hooks/after-update.d/1', '#!/bin/sh\necho "$TIDEWAY_STATUS $TIDEWAY_REASON" > log\n', 0o755);
    const rollback = { shell: 'sh', script: 'touch rolled-back', timeout_s: 10 } as const;
    const update = server.order({ flow: flowFixture([runStepFixture('Step', 'touch step')], { rollback }) });
    device.start();
    expect(await server.resultOf(update)).toMatchObject({
      event: 'failed',
      seq: 1,
      step: null,
      reason: 'hook_failed',
      message: 'The hook 1 ended with exit code 7.',
    });
    await device.settled(() => device.read('log') !== null);
    expect([device.read('step'), device.read('rolled-back'), device.read('log')]).toEqual([
      null,
      null,
      'failed hook_failed\n',
    ]);
    expect(await server.until(() => server.outputs.get(update)?.includes('harvest'))).toBe(true);
  });

  it('refuse the update where nobody can tell which there are', async () => {
    makeUnreadable('hooks/before-update.d');
    makeUnreadable('hooks/after-update.d');
    const update = server.order({ flow: flowFixture([runStepFixture('Step', 'touch step')]) });
    device.start();
    expect(await server.resultOf(update)).toMatchObject({
      event: 'failed',
      step: null,
      reason: 'hook_failed',
      message: expect.stringMatching(/^The hooks in \S+before-update\.d cannot be read: ELOOP: [^\n]+\.$/),
    });
    expect(device.read('step')).toBeNull();
  });

  it('change nothing of the result when they fail after it', async () => {
    own('hooks/after-update.d/1', '#!/bin/sh\nexit 1\n', 0o755);
    const update = server.order({ flow: flowFixture([runStepFixture('Step', 'true')]) });
    const second = server.order({ flow: flowFixture([runStepFixture('Step', 'true')]) });
    device.start();
    expect(await server.resultOf(update)).toMatchObject({ event: 'succeeded' });
    expect(await server.resultOf(second)).toMatchObject({ event: 'succeeded' });
    expect(server.reportsOf(update)).toHaveLength(3);
  });

  it('may end the agent after an update, and do so once', async () => {
    own('hooks/after-update.d/1', '#!/bin/sh\necho x >> hooked; kill -9 "$PPID"\n', 0o755);
    const update = server.order({ flow: flowFixture([runStepFixture('Step', 'true')]) });
    const next = server.order({ flow: flowFixture([runStepFixture('Step', 'touch next')]) });
    await once(device.start(), 'exit');
    const second = device.start();
    expect(await server.resultOf(update)).toMatchObject({ event: 'succeeded' });
    // The agent gets as far as the hook of the second update.
    await once(second, 'exit');
    expect([device.read('next'), device.read('hooked')]).toEqual(['', 'x\nx\n']);
    device.start();
    expect(await server.resultOf(next)).toMatchObject({ event: 'succeeded' });
  });

  it('are broken off by an abort', async () => {
    own('hooks/before-update.d/1', '#!/bin/sh\ntouch begun; sleep 1000\n', 0o755);
    const update = server.order({ flow: flowFixture([runStepFixture('Step', 'touch step')]) });
    device.start();
    await device.settled(() => device.read('begun') !== null);
    server.abort(update);
    expect(await server.resultOf(update)).toMatchObject({ event: 'stopped', step: null });
    expect(device.read('step')).toBeNull();
  });
});

/** Puts a file into the owner's own folder of the device. */
function own(name: string, text: string, mode = 0o644): void {
  const file = path.join(device.root, 'etc/tideway', name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
  chmodSync(file, mode);
}

/** Makes a folder of the owner one that cannot be read, not by root either: a link to itself. */
function makeUnreadable(name: string): void {
  const folder = path.join(device.root, 'etc/tideway', name);
  mkdirSync(path.dirname(folder), { recursive: true });
  symlinkSync(folder, folder);
}
