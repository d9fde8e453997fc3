import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Step } from '@tideway/protocol';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { bundleAgent, TestDevice } from './testing/agent-process.ts';
import { dockerStepFixture, flowFixture, rebootStepFixture, runStepFixture } from './testing/flow-fixtures.ts';
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
afterEach(async () => {
  await device.remove();
  await server.stop();
  expect(server.faults).toEqual([]);
});

describe('an agent', () => {
  it('joins, carries out an update step by step, and books the app version with the success', async () => {
    const flow = flowFixture([
      runStepFixture('Write', 'echo "$INPUT_VERSION on $DEVICE_NAME" > "$TIDEWAY_ROOT/version"'),
      runStepFixture('Look', 'cat version; pwd'),
    ]);
    const app = { name: 'camera', version: '2.0' };
    const update = server.order({ flow, document: { inputs: { version: '2.0' }, app } });
    device.start(['--pairing-token', 'good-token', '--app', 'camera', '--app-version', '1.0']);

    expect(await server.resultOf(update)).toMatchObject({ event: 'succeeded', step: null, attempt: 1, seq: 5 });
    expect(server.reportsOf(update).map(({ seq, event, step }) => [seq, event, step])).toEqual([
      [1, 'step_started', 0],
      [2, 'step_succeeded', 0],
      [3, 'step_started', 1],
      [4, 'step_succeeded', 1],
      [5, 'succeeded', null],
    ]);
    expect(device.read('version')).toBe('2.0 on camera $(reboot)\n');
    const output = await server.until(() => server.outputs.get(update)?.includes('Look') && server.outputs.get(update));
    expect(output).toContain(`2.0 on camera $(reboot)\n${device.root}\n`);
    expect(server.hellos[0]).toMatchObject({ session_value: null, apps: [{ name: 'camera', version: '1.0' }] });
    // The report is on its way before this is on the disk.
    await device.settled(() => device.readState('apps.json') === JSON.stringify([app]));
  });

  it('keeps its state for its owner alone', async () => {
    device.start();
    await server.until(() => server.hellos.length > 0);
    expect(statSync(device.state).mode & 0o777).toBe(0o700);
    for (const name of ['key.json', 'identity.json', 'apps.json']) {
      expect(statSync(path.join(device.state, name)).mode & 0o077).toBe(0);
    }
  });

  it('says in one sentence why it may not join, and ends', async () => {
    const [code] = await once(device.start(['--pairing-token', 'wrong']), 'close');
    expect(code).toBe(1);
    expect(device.log).toContain('The server does not let this device join: Refused: invalid_token');
  });

  it('says in one sentence that its state folder cannot be made, and ends', async () => {
    writeFileSync(device.state, 'no folder');
    const [code] = await once(device.start(), 'close');
    expect(code).toBe(1);
    expect(device.log).toMatch(/^[^\n]*EEXIST[^\n]*set --state and --root to folders that can be written\.\n$/);
  });

  it('says at each start who it is, and what of the command line counts no more', async () => {
    device.start();
    await device.logged(/Joined as/);
    await device.end('SIGTERM');
    device.start(['--name', 'other', '--pairing-token', 'good-token']);
    await device.logged(/This is device \S+\. It has joined already: --name, the token changes nothing\.\n/);
  });

  it('is the only one with its state folder', async () => {
    device.start();
    await server.until(() => server.hellos.length > 0);
    const second = device.start();
    const [code] = await once(second, 'close');
    expect(code).toBe(1);
    expect(device.log).toMatch(/Another agent \(process \d+\) already works with .*; give this one a --state folder/);
  });

  it('opens a new session when its ticket is not taken any more, with the session value it was given', async () => {
    device.start();
    await server.until(() => server.hellos.length > 0);
    server.endSessions();
    await server.until(() => server.hellos.length > 1);
    expect(server.hellos[1]?.session_value).toBe('value-1');
  });

  it('comes back when a busy server has said', async () => {
    server.refuseNext = { status: 503, retryAfterS: 1 };
    device.start();
    await server.until(() => server.hellos.length > 0);
    await device.logged(/Refused: unavailable\. Next try in [12] s\./);
  });

  it('says that it was deleted, and asks on slowly', async () => {
    device.start();
    await server.until(() => server.hellos.length > 0);
    server.knowsDevice = false;
    server.endSessions();
    await device.logged(/The server does not know device d-test \(any more\).* Next try in 6\d s\./);
  });

  it('says goodbye when it is stopped, and goes on with the same identity afterwards', async () => {
    device.start();
    await device.settled(() => device.readState('session.json') !== null);
    expect(await device.end('SIGTERM')).toBe(0);
    expect(server.goodbyes).toBe(1);
    device.start([]);
    await server.until(() => server.hellos.length > 1);
    expect(server.hellos[1]?.session_value).toBe('value-1');
  });

  it('stops once on a SIGINT that arrives twice', async () => {
    const child = device.start();
    await device.settled(() => device.readState('session.json') !== null);
    child.kill('SIGINT');
    expect(await device.end('SIGINT')).toBe(0);
    expect(server.goodbyes).toBe(1);
  });
});

describe('a step that fails', () => {
  it('ends the update with its exit code, after the rollback has run', async () => {
    const flow = flowFixture(
      [runStepFixture('Break', 'echo broken >&2; exit 7'), runStepFixture('Never', 'touch never')],
      {
        rollback: { shell: 'sh', script: 'echo back > state', timeout_s: 10 },
      },
    );
    const update = server.order({ flow });
    device.start();
    expect(await server.resultOf(update)).toMatchObject({
      event: 'failed',
      step: 0,
      exit_code: 7,
      reason: 'command_failed',
      message: 'Step "Break" failed: The command ended with exit code 7.',
      undone: [{ step: 'rollback', done: true, message: null }],
    });
    expect(device.read('state')).toBe('back\n');
    expect(device.read('never')).toBeNull();
  });

  it('is retried as it says', async () => {
    const script = 'echo x >> tries; [ "$(wc -l < tries)" -ge 3 ]';
    const flow = flowFixture([runStepFixture('Third time', script, { retry: { attempts: 3, delay_s: 0 } })]);
    const update = server.order({ flow });
    device.start();
    expect(await server.resultOf(update)).toMatchObject({ event: 'succeeded' });
    const events = server.reportsOf(update).map(({ event }) => event);
    expect(events.filter((event) => event === 'step_failed')).toHaveLength(2);
  });

  it('can be ignored, and is named in the result', async () => {
    const flow = flowFixture([
      runStepFixture('Optional', 'false', { on_failure: { ignore: true } }),
      runStepFixture('Go on', 'touch done'),
    ]);
    const update = server.order({ flow });
    device.start();
    expect(await server.resultOf(update)).toMatchObject({
      event: 'succeeded',
      message: 'Failed, and ignored as the flow says: "Optional".',
    });
    expect(device.read('done')).toBe('');
  });

  it('is broken off with all its processes when its time is over', async () => {
    const script = 'setsid sleep 1000 & sleep 1000 & echo begun; sleep 1000';
    const update = server.order({ flow: flowFixture([runStepFixture('Hang', script, { timeout_s: 1 })]) });
    device.start();
    expect(await server.resultOf(update)).toMatchObject({ event: 'failed', reason: 'timed_out', step: 0 });
    expect(processesOf(device)).toEqual([]);
  });

  it('says what could not be put back, also when its time is over', async () => {
    const ps = 'if [ -e seen ]; then echo "The engine is gone" >&2; exit 1; fi; touch seen; sleep 1000';
    const env = engineOf(
      `case "$1" in inspect) echo "No such container" >&2; exit 1;; ps) ${ps};; esac; echo sha256:1`,
    );
    const update = server.order({ flow: flowFixture([dockerStepFixture('Run', { timeout_s: 4 })]) });
    device.start(undefined, env);
    expect(await server.resultOf(update)).toMatchObject({
      reason: 'timed_out',
      message:
        'Step "Run" failed: It took longer than its time limit of 4 s. ' +
        'What ran before could not be put back: docker ps failed: The engine is gone',
    });
  });

  it('fails the update as timed_out when the time of the whole update is over', async () => {
    const flow = flowFixture([runStepFixture('Short', 'true'), runStepFixture('Long', 'sleep 1000')]);
    const update = server.order({ flow, plan: { time_limit_s: 4 } });
    device.start();
    expect(await server.resultOf(update)).toMatchObject({
      event: 'failed',
      reason: 'timed_out',
      step: 1,
      message: 'The update took longer than its time limit, in step "Long".',
    });
  });

  it('puts the previous configuration back', async () => {
    const good = server.order({
      flow: flowFixture([runStepFixture('Fine', 'cat "$TIDEWAY_CONFIG"; echo "$CONFIG_ZONE" > zone')]),
      document: { configuration: { zone: 'north' } },
    });
    device.start();
    await server.resultOf(good);
    expect(device.read('zone')).toBe('north\n');

    const flow = flowFixture([runStepFixture('Bad', 'cp "$TIDEWAY_CONFIG" seen; false')]);
    const bad = server.order({ flow, document: { configuration: { zone: 'south' } } });
    await server.resultOf(bad);
    expect(JSON.parse(device.read('seen') ?? '')).toEqual({ zone: 'south' });
    expect(JSON.parse(device.readState('config.json') ?? '')).toEqual({ zone: 'north' });
  });
});

describe('a flow that boots the device', () => {
  it('goes on with the next step after the boot', async () => {
    const steps = [
      runStepFixture('Before', 'echo before >> log'),
      rebootStepFixture('Boot'),
      runStepFixture('After', 'echo after >> log'),
    ];
    const update = server.order({ flow: flowFixture(steps) });
    device.start();
    expect(await server.resultOf(update)).toMatchObject({ event: 'succeeded', seq: 7 });
    expect(device.read('log')).toBe('before\nafter\n');
    expect(new Set(server.hellos.map(({ boot_id }) => boot_id)).size).toBe(2);
  });

  it('is no success reported before the reboot', async () => {
    const flow = flowFixture([runStepFixture('First', 'echo once >> log')], { reboot_after_update: true });
    const update = server.order({ flow });
    device.start();
    await server.until(() => server.hasResultOf(update));
    expect(new Set(server.hellos.map(({ boot_id }) => boot_id)).size).toBe(2);
    expect(await server.resultOf(update)).toMatchObject({ event: 'succeeded' });
    expect(device.read('log')).toBe('once\n');
  });
});

describe('a plan that the agent cannot carry out', () => {
  it('fails as unsupported before the first step', async () => {
    const { name, uses: _uses, ...rest } = runStepFixture('Install', '');
    const image = {
      artifact: 'os.raucb',
      registry: null,
      sha256: null,
      installer: 'rauc',
      confirm_within_s: 60,
    } as const;
    const step: Step = { ...rest, name, uses: 'image', with: image };
    const update = server.order({ flow: flowFixture([runStepFixture('First', 'touch first'), step]) });
    device.start(undefined, { PATH: '/nowhere' });
    expect(await server.resultOf(update)).toMatchObject({
      event: 'failed',
      seq: 1,
      step: null,
      reason: 'unsupported',
      message: 'This agent does not support steps of type image.',
    });
    expect(device.read('first')).toBeNull();
  });

  it('fails where the document is not what its SHA-256 names', async () => {
    const flow = flowFixture([runStepFixture('First', 'touch first')]);
    const update = server.order({ flow, plan: { document_sha256: '0'.repeat(64) } });
    device.start();
    expect(await server.resultOf(update)).toMatchObject({ event: 'failed', reason: 'invalid_plan' });
    expect(device.read('first')).toBeNull();
  });
});

describe('a block on the device itself', () => {
  it('lets no new update begin, says why, and ends with unblock', async () => {
    device.start();
    await server.until(() => server.hellos.length > 0);
    const blocked = await device.command('block', 'harvest until six');
    expect(blocked).toEqual({ code: 0, said: 'Blocked: no new update begins.\n' });
    const update = server.order({ flow: flowFixture([runStepFixture('Write', 'touch written')]) });
    await server.until(() => server.hellos.some(({ block }) => block?.reason === 'harvest until six'));
    expect((await device.command('status')).said).toMatch(
      /^Agent {4}\S+, process \d+\nDevice {3}d-test\nServer {3}\S.*\nUpdate {3}none\nBlocked {2}since \S+: harvest until six\n$/,
    );
    expect(server.reportsOf(update)).toEqual([]);

    expect(await device.command('unblock')).toEqual({ code: 0, said: 'Unblocked.\n' });
    expect(await server.resultOf(update)).toMatchObject({ event: 'succeeded' });
    expect(server.hellos.at(-1)).toMatchObject({ block: null });
    expect(await device.command('unblock')).toEqual({ code: 0, said: 'Nothing was blocked.\n' });
  });

  it('leaves what runs alone, and outlasts a restart of the agent', async () => {
    const script = 'touch begun; while [ ! -e go ]; do sleep 0.05; done';
    const update = server.order({ flow: flowFixture([runStepFixture('Long', script)]) });
    device.start();
    await server.until(() => device.read('begun') !== null);
    const said = `Blocked: no new update begins. The device is at ${update}, which goes on.\n`;
    expect(await device.command('block')).toEqual({ code: 0, said });
    expect(JSON.parse((await device.command('status', '--json')).said)).toMatchObject({
      update: { update_id: update, step: 1, doing: 'at step 1 of 1, "Long"' },
      blocked: { reason: null },
    });
    writeFileSync(path.join(device.root, 'go'), '');
    expect(await server.resultOf(update)).toMatchObject({ event: 'succeeded' });

    await device.end('SIGTERM');
    const next = server.order({ flow: flowFixture([runStepFixture('Write', 'touch written')]) });
    expect((await device.command('block', 'still')).said).toMatch(/^Blocked\. No agent is running here/);
    const hellos = server.hellos.length;
    device.start([]);
    await server.until(() => server.hellos.length > hellos);
    expect(server.hellos.at(-1)).toMatchObject({ block: { reason: 'still' } });
    await device.command('unblock');
    expect(await server.resultOf(next)).toMatchObject({ event: 'succeeded' });
  });

  it('is refused in one sentence where there is no agent, or the reason is too long', async () => {
    expect(await device.command('block')).toEqual({
      code: 1,
      said: `There is no ${device.state}: give the agent's folder with --state.\n`,
    });
    device.start();
    await server.until(() => server.hellos.length > 0);
    expect(await device.command('block', 'x'.repeat(501))).toEqual({
      code: 1,
      said: 'The reason must have at most 500 characters.\n',
    });
  });
});

describe('an update that is aborted', () => {
  it('stops the running command, rolls back and confirms', async () => {
    const flow = flowFixture([runStepFixture('Long', 'touch begun; sleep 1000', { on_failure: { ignore: true } })], {
      rollback: { shell: 'sh', script: 'while [ ! -e go ]; do sleep 0.05; done; touch back', timeout_s: 30 },
    });
    const update = server.order({ flow });
    device.start();
    await server.until(() => device.read('begun') !== null);
    server.abort(update);
    const { ends_in_s, ...stopping } = await server.until(() => server.stopping.at(-1));
    expect(stopping).toEqual({ type: 'stopping', update_id: update, attempt: 1 });
    expect(ends_in_s).toBeGreaterThan(0);
    expect(ends_in_s).toBeLessThanOrEqual(30);
    writeFileSync(path.join(device.root, 'go'), '');
    expect(await server.resultOf(update)).toMatchObject({ event: 'stopped', step: 0, reason: 'stopped' });
    expect(device.read('back')).toBe('');
  });

  it('lets an uninterruptible step end, and stops before the next', async () => {
    const script = 'touch begun; while [ ! -e go ]; do sleep 0.05; done; touch ended';
    const flow = flowFixture([
      runStepFixture('Flash', script, { uninterruptible: true }),
      runStepFixture('Next', 'touch next'),
    ]);
    const update = server.order({ flow });
    device.start();
    await server.until(() => device.read('begun') !== null);
    server.abort(update);
    expect((await server.until(() => server.stopping.at(-1))).ends_in_s).toBeLessThanOrEqual(60);
    writeFileSync(path.join(device.root, 'go'), '');
    expect(await server.resultOf(update)).toMatchObject({ event: 'stopped', step: null });
    expect(device.read('ended')).toBe('');
    expect(device.read('next')).toBeNull();
  });

  it('is aborted too where the server answers with a final status that the device did not report', async () => {
    server.statusOf = () => 'failed';
    const update = server.order({ flow: flowFixture([runStepFixture('Long', 'sleep 1000')]) });
    device.start();
    expect(await server.resultOf(update)).toMatchObject({ event: 'stopped', step: 0 });
  });
});

describe('an agent that is killed in the middle of a step', () => {
  it('ends what was left running, and fails the step that must not run twice', async () => {
    const flow = flowFixture([runStepFixture('Once', 'echo x >> begun; sleep 1000 & setsid sleep 1000')], {
      rollback: { shell: 'sh', script: 'touch back', timeout_s: 10 },
    });
    const update = server.order({ flow });
    device.start();
    await server.until(() => device.read('begun') !== null);
    await device.end('SIGKILL');
    expect(processesOf(device).length).toBeGreaterThan(0);

    device.start([]);
    expect(await server.resultOf(update)).toMatchObject({
      event: 'failed',
      reason: 'interrupted',
      message: 'Step "Once" failed: The agent or the device stopped in the middle of this step.',
      undone: [{ step: 'rollback', done: true }],
    });
    expect(processesOf(device)).toEqual([]);
    expect(device.read('begun')).toBe('x\n');
  });

  it('runs a repeatable step again and goes on', async () => {
    const script = 'echo x >> begun; [ "$(wc -l < begun)" -ge 2 ] || sleep 1000';
    const flow = flowFixture([runStepFixture('Again', script, { repeatable: true }), runStepFixture('On', 'touch on')]);
    const update = server.order({ flow });
    device.start();
    await server.until(() => device.read('begun') !== null);
    await device.end('SIGKILL');
    device.start([]);
    expect(await server.resultOf(update)).toMatchObject({ event: 'succeeded' });
    expect(device.read('begun')).toBe('x\nx\n');
    expect(device.read('on')).toBe('');
  });

  it('brings every update to its end however often that happens, and runs no step twice that must not', async () => {
    const updates = Array.from({ length: 6 }, (_, index) =>
      server.order({
        flow: flowFixture(
          [
            runStepFixture('Once', `echo x >> once-${index}; sleep 0.02`),
            runStepFixture('Again', `sleep 0.05; echo x >> again-${index}`, { repeatable: true }),
          ],
          { rollback: { shell: 'sh', script: `echo x >> back-${index}`, timeout_s: 10 } },
        ),
      }),
    );
    const isOver = () => updates.every((update) => server.hasResultOf(update));
    for (let kills = 0; kills < 25 && !isOver(); kills++) {
      device.start();
      // At a random moment: what is tested is that none of them matters.
      await new Promise((resolve) => setTimeout(resolve, 150 + Math.random() * 150));
      await device.end('SIGKILL');
    }
    device.start();
    const results = await Promise.all(updates.map((update) => server.resultOf(update)));
    for (const [index, { event, reason }] of results.entries()) {
      expect(device.read(`once-${index}`)?.length ?? 0).toBeLessThanOrEqual('x\n'.length);
      if (event === 'succeeded') {
        expect(device.read(`again-${index}`)).toContain('x');
        continue;
      }
      // An agent that is killed again and again before it gets on gives up, and has nothing to roll back then.
      expect(['interrupted', 'boot_loop']).toContain(reason);
      const hasBegun = server.reportsOf(updates[index] ?? '').some((report) => report.event === 'step_started');
      if (hasBegun) expect(device.read(`back-${index}`)).toContain('x');
    }
  });

  it('gives up settling a step that ends the agent each time, and reports the result', async () => {
    // Stands for an engine whose answer takes all memory: only what settles a step asks for containers by a label.
    const env = engineOf('[ "$1" != ps ] || { echo x >> settled; kill -9 "$PPID"; }; exit 1');
    const update = server.order({ flow: flowFixture([dockerStepFixture('Run')]) });
    for (let starts = 1; starts <= 3; starts++) await once(device.start(undefined, env), 'exit');
    device.start(undefined, env);
    expect(await server.resultOf(update)).toMatchObject({ event: 'failed', step: 0, reason: 'engine_failed' });
    expect(device.read('settled')).toBe('x\n'.repeat(3));
  });

  it('counts the time before the kill to the time limit', async () => {
    const flow = flowFixture([runStepFixture('Long', 'touch begun; sleep 1000', { repeatable: true })]);
    const update = server.order({ flow, plan: { time_limit_s: 6 } });
    device.start();
    await server.until(() => device.read('begun') !== null && server.reportsOf(update).length > 0);
    const begunMs = Date.parse(server.reportsOf(update)[0]?.device_time ?? '');
    await device.end('SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, begunMs + 6000 - Date.now()));
    device.start([]);
    const result = await server.resultOf(update);
    expect(result).toMatchObject({ event: 'failed', reason: 'timed_out' });
    // Counted anew it would take twelve seconds and more.
    expect(Date.parse(result.device_time) - begunMs).toBeLessThan(12_000);
  });

  it('is stopped in order by SIGTERM: the command ends with it, and the next start decides', async () => {
    const update = server.order({ flow: flowFixture([runStepFixture('Long', 'touch begun; sleep 1000')]) });
    device.start();
    await server.until(() => device.read('begun') !== null && server.reportsOf(update).length > 0);
    expect(await device.end('SIGTERM')).toBe(0);
    expect(processesOf(device)).toEqual([]);
    expect(server.reportsOf(update).map(({ event }) => event)).toEqual(['step_started']);
    device.start([]);
    expect(await server.resultOf(update)).toMatchObject({ event: 'failed', reason: 'interrupted' });
  });
});

describe('a report', () => {
  it('is sent again until it is acknowledged, also by an agent that was killed meanwhile', async () => {
    server.statusOf = () => null;
    const update = server.order({ flow: flowFixture([runStepFixture('Only', 'echo x >> runs')]) });
    device.start();
    const finals = () => server.reportsOf(update).filter(({ event }) => event === 'succeeded');
    await server.until(() => finals().length >= 2);
    await device.end('SIGKILL');
    const sentBefore = finals().length;

    server.statusOf = () => 'success';
    device.start([]);
    await server.until(() => finals().length > sentBefore);
    expect(finals().every(({ seq }) => seq === 3)).toBe(true);
    expect(device.read('runs')).toBe('x\n');
    await server.until(() => device.readState('outbox.json') === '[]');
  });

  it('comes under the new attempt, numbered from 1, when the server gives the running update out anew', async () => {
    const script = 'while [ ! -e go ]; do sleep 0.05; done';
    const update = server.order({ flow: flowFixture([runStepFixture('Wait', script)]) });
    device.start();
    await server.until(() => server.reportsOf(update).length > 0);
    server.raiseAttempt(update);
    server.endSessions();
    await server.until(() => server.reportsOf(update).some(({ attempt, seq }) => attempt === 2 && seq === 1));
    writeFileSync(path.join(device.root, 'go'), '');
    expect(await server.resultOf(update)).toMatchObject({ event: 'succeeded', attempt: 2, seq: 3 });
    // The report is on its way before this is on the disk.
    await device.settled(() => device.readState('finished.json')?.includes('"attempt":2') ?? false);
  });

  it('about an update that the server does not know does not stand in the way of the next', async () => {
    const usual = server.statusOf;
    server.statusOf = (report) => (report.update_id === 'up-1' ? 'unknown' : usual(report));
    server.order({ flow: flowFixture([runStepFixture('Only', 'true')]) });
    const next = server.order({ flow: flowFixture([runStepFixture('Only', 'true')]) });
    device.start();
    expect(await server.resultOf(next)).toMatchObject({ event: 'succeeded' });
  });
});

describe('values', () => {
  it('are only ever text in a shell', async () => {
    const inputs = { a: '$(touch reboot)', b: '; rm -rf ./precious', c: '`touch ticks`', d: "'; touch quote; '" };
    const script = 'mkdir precious; printf "%s|" "$INPUT_A" "$INPUT_B" "$INPUT_C" "$INPUT_D" > seen';
    const update = server.order({ flow: flowFixture([runStepFixture('Show', script)]), document: { inputs } });
    device.start();
    await server.resultOf(update);
    expect(device.read('seen')).toBe(`${Object.values(inputs).join('|')}|`);
    for (const name of ['reboot', 'ticks', 'quote']) expect(device.read(name)).toBeNull();
    expect(statSync(path.join(device.root, 'precious')).isDirectory()).toBe(true);
  });

  it('that are secret reach the command, and neither the output nor a report', async () => {
    const flow = flowFixture([
      runStepFixture('Tell', 'printf %s "$INPUT_KEY" > key; printf "top-"; sleep 0.1; printf "s3cret\\n"; exit 1'),
    ]);
    const plan = { secrets: { key: 'top-s3cret' } };
    const update = server.order({ flow, document: { secret_inputs: ['key'] }, plan });
    device.start();
    await server.resultOf(update);
    const output = await server.until(
      () => server.outputs.get(update)?.includes('exit code') && server.outputs.get(update),
    );
    expect(output).toContain('***\n');
    expect(device.read('key')).toBe('top-s3cret');
    expect(output).not.toContain('s3cret');
    expect(JSON.stringify(server.reports)).not.toContain('s3cret');
    expect(device.log).not.toContain('s3cret');
  });

  it('of the agent itself do not reach the commands', async () => {
    const update = server.order({ flow: flowFixture([runStepFixture('Look', 'env > seen')]) });
    vi.stubEnv('TIDEWAY_PAIRING_TOKEN', 'good-token');
    device.start([]);
    vi.unstubAllEnvs();
    await server.resultOf(update);
    expect(device.read('seen')).toContain(`TIDEWAY_ROOT=${device.root}`);
    expect(device.read('seen')).not.toContain('good-token');
  });
});

/** What runs of the device's steps: all of it carries the device's root in its environment. */
function processesOf({ root }: TestDevice): string[] {
  const found = spawnSync('grep', ['-laz', `^TIDEWAY_ROOT=${root}$`, ...environments()], { encoding: 'utf8' });
  return found.stdout.split('\n').filter((line) => line !== '');
}

function environments(): string[] {
  const listed = spawnSync('sh', ['-c', 'ls -d /proc/[0-9]*/environ'], { encoding: 'utf8' });
  return listed.stdout.split('\n').filter((line) => line !== '');
}

/** Puts a `docker` command on the device that is this shell text, run in the root; gives the environment that finds it. */
function engineOf(script: string): NodeJS.ProcessEnv {
  const folder = path.join(device.root, 'bin');
  device.write('bin/docker', `#!/bin/sh\n${script}\n`);
  chmodSync(path.join(folder, 'docker'), 0o755);
  return { PATH: `${folder}:${process.env.PATH}` };
}
