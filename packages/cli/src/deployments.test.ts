import {
  type DeviceFleet,
  eventually,
  makeDeviceFleet,
  type ScriptedDevice,
  startTestServer,
  type TestServer,
} from '@tideway/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CommandLine } from './testing/command-line.ts';

let server: TestServer;
let fleet: DeviceFleet;
let user: CommandLine;
let pump: ScriptedDevice;
let lamp: ScriptedDevice;
let id: string;
let count = 0;

beforeAll(async () => {
  server = await startTestServer({ pollAfterS: 0.05 });
  fleet = await makeDeviceFleet(server, 'Fields');
  user = new CommandLine({ TIDEWAY_URL: server.url, TIDEWAY_TOKEN: server.owner.token });
});

afterAll(async () => {
  user.end();
  await server.stop();
});

beforeEach(async () => {
  count++;
  pump = await fleet.joinDevice(`pump-${count}`);
  lamp = await fleet.joinDevice(`lamp-${count}`);
  id = await fleet.deployTo([pump, lamp], { options: { max_failures: 5 } });
});

describe('tideway deployments', () => {
  it('lists them, newest first, and no more than asked for', async () => {
    const older = id;
    const newer = await fleet.deployTo([pump]);
    expect((await user.json('deployments', 'list', '--limit', '2')).map((one: { id: string }) => one.id)).toEqual([
      newer,
      older,
    ]);
    const { out } = await user.run(['deployments', 'list', '--limit', '1']);
    expect(out).toMatch(
      new RegExp(
        `^ID +FLOW +APP +STATE +UPDATES +CREATED +COMMENT\\n${newer} +plain 1 +- +running +1 pending of 1 +\\S+ \\S+\\n$`,
      ),
    );
  });

  it('are listed by state, flow, app and text', async () => {
    const found = async (...flags: string[]) =>
      (await user.json('deployments', 'list', ...flags)).map((one: { id: string }) => one.id);
    expect(await found('--state', 'running', '--flow', 'plain', '--search', id)).toEqual([id]);
    expect(await found('--state', 'scheduled')).toEqual([]);
    expect(await found('--app', 'irrigation')).toEqual([]);
    expect(await user.run(['deployments', 'list', '--app', 'lamps'])).toMatchObject({
      code: 2,
      said: expect.stringContaining('code: unknown_app\n  field: app'),
    });
    expect(await user.json('deployments', 'updates', id, '--search', `pump-${count}`)).toHaveLength(1);
    expect(await user.json('deployments', 'updates', id, '--reason', 'expired')).toEqual([]);
  });

  it('shows an archived one, and what the server says of its updates', async () => {
    const archived = await startTestServer({ keepFinishedS: 86_400 });
    const ownFleet = await makeDeviceFleet(archived, 'Old');
    const owner = new CommandLine({ TIDEWAY_URL: archived.url, TIDEWAY_TOKEN: archived.owner.token });
    const device = await ownFleet.joinDevice();
    const old = await ownFleet.deployTo([device]);
    await ownFleet.call('POST', `/deployments/${old}/abort`);
    await archived.shiftClock('2 days');
    await eventually(async () =>
      expect((await owner.json('deployments', 'show', old)).archived_at).toEqual(expect.any(String)),
    );
    expect((await owner.run(['deployments', 'show', old])).out).toMatch(/State: +archived\n(.*\n)*Archived: +\d{4}-/);
    expect(await owner.json('deployments', 'list', '--state', 'finished')).toEqual([]);
    expect((await owner.run(['deployments', 'list', '--state', 'archived'])).out).toMatch(
      new RegExp(`${old} .* archived +1 aborted of 1`),
    );
    for (const command of ['logs', 'show', 'why']) {
      expect(await owner.run(['deployments', command, old, device.id])).toMatchObject({
        code: 2,
        said: expect.stringContaining(`${old} was archived at`),
      });
    }
    owner.end();
    await archived.stop();
  });

  it('shows one, its updates, and one update with its steps', async () => {
    const { out } = await user.run(['deployments', 'show', id]);
    expect(out).toMatch(/Updates: +2 pending of 2\n/);
    expect(out).toMatch(/Devices: +\{.*\}\n(.*\n)*Time limit: +\d+ s on each device\n/);
    expect(out).toMatch(/Failure limit: +5\n/);
    expect(await user.json('deployments', 'show', id)).toEqual(await fleet.call('GET', `/deployments/${id}`));

    await pump.next();
    await pump.report({ update_id: id, seq: 1, event: 'step_failed', step: 1 });
    await pump.report({ update_id: id, seq: 2, event: 'failed', message: 'no \u001b[2J water', step: 1 });
    const updates = await user.run(['deployments', 'updates', id, '--status', 'failed']);
    expect(updates.out).toMatch(new RegExp(`\npump-${count} +${pump.id} +failed +no \\\\x1b\\[2J water\n$`));
    const update = await user.run(['deployments', 'show', id, `pump-${count}`]);
    expect(update.out).toMatch(/Status: +failed\n/);
    expect(update.out).toMatch(/\nsecond +failed +/);
    expect(update.out).not.toContain('Said late');
    await pump.report({ update_id: id, seq: 3, event: 'succeeded', message: 'it runs' });
    expect((await user.run(['deployments', 'show', id, `pump-${count}`])).out).toMatch(
      /Status: +failed\n(.*\n)*Said late: +success at \d{4}-\S+ \S+: it runs\n/,
    );
  });

  it('are paused and resumed', async () => {
    expect((await user.run(['deployments', 'pause', id])).out).toMatch(/State: +paused\n/);
    expect(await pump.next()).toBeNull();
    expect(await user.json('deployments', 'resume', id)).toMatchObject({ id, paused_at: null });
    expect(await pump.next()).not.toBeNull();
  });

  it('are aborted, on one device or on all', async () => {
    const one = await user.run(['deployments', 'abort', id, '--device', `pump-${count}`]);
    expect(one).toEqual({ code: 0, out: 'Aborted 1 pending update\n', said: '' });
    await lamp.next();
    const rest = await user.run(['deployments', 'abort', id]);
    expect(rest.out).toBe('Aborted 0 pending updates; 1 device at work asked to stop\n');
    await lamp.report({ update_id: id, seq: 1, event: 'stopped' });
    const again = await user.run(['deployments', 'abort', id]);
    expect(again).toMatchObject({ code: 2, said: expect.stringContaining('code: wrong_state') });
  });

  it('are tried again where they failed, and can be waited for', async () => {
    for (const device of [pump, lamp]) await device.next();
    await pump.report({ update_id: id, seq: 1, event: 'failed' });
    await lamp.report({ update_id: id, seq: 1, event: 'succeeded' });
    const none = await user.run(['deployments', 'retry', id, '--only', 'aborted']);
    expect(none).toMatchObject({ code: 2, said: expect.stringContaining('code: no_devices_matched') });

    const child = user.start([
      'deployments',
      'retry',
      id,
      '--only',
      'failed',
      '--comment',
      'again',
      '--wait',
      '--json',
    ]);
    const ended = new Promise((resolve) => child.once('exit', resolve));
    await new Promise((resolve) => child.stderr.once('data', resolve));
    const plan = await pump.next();
    await pump.report({ update_id: plan?.update_id ?? '', seq: 1, event: 'succeeded' });
    expect(await ended).toBe(0);
    const [newest] = await user.json('deployments', 'list', '--limit', '1');
    expect(newest).toMatchObject({ retry_of: id, comment: 'again', devices: 1, counts: { success: 1 } });
  });

  it('say why a device does not take up its update', async () => {
    await user.run(['deployments', 'pause', id]);
    const { out } = await user.run(['deployments', 'why', id, `pump-${count}`]);
    expect(out).toMatch(new RegExp(`^pump-${count}, ${id} \\(pending\\): [^\n]+\n\nGATE +HOLDS +MESSAGE`));
    expect(out).toMatch(/\npause +yes /);
    expect(await user.json('devices', 'why', `pump-${count}`)).toMatchObject({ device: { id: pump.id } });
  });

  it('print the output of a device, to its end where that is asked for', async () => {
    await pump.next();
    await pump.say({ type: 'log', update_id: id, attempt: 1, offset: 0, text: 'opening\n' });
    expect((await user.run(['deployments', 'logs', id, pump.id])).out).toBe('opening\n');
    const child = user.start(['deployments', 'logs', id, pump.id, '--follow']);
    let out = '';
    const ended = new Promise((resolve) => child.once('close', resolve));
    const begun = new Promise((resolve) => child.stdout.once('data', resolve));
    child.stdout.on('data', (chunk) => {
      out += chunk;
    });
    await begun;
    await pump.say({ type: 'log', update_id: id, attempt: 1, offset: 8, text: 'open\u001b[2J\n' });
    await pump.report({ update_id: id, seq: 1, event: 'succeeded' });
    expect(await ended).toBe(0);
    expect(out).toBe('opening\nopen\\x1b[2J\n');
    expect(await user.json('deployments', 'logs', id, pump.id)).toEqual({ output: 'opening\nopen\u001b[2J\n' });
  });

  it('that do not exist are refused', async () => {
    for (const words of [
      ['show', 'dp-none-none'],
      ['abort', 'dp-none-none'],
      ['retry', 'dp-none-none'],
      ['show', id, 'nobody'],
    ]) {
      const ended = await user.run(['deployments', ...words]);
      expect(ended).toMatchObject({ code: 2, out: '', said: expect.stringContaining('code: not_found') });
    }
  });
});

describe('tideway deploy --dry-run', () => {
  it('says what would be deployed, and deploys nothing', async () => {
    const before = (await user.json('deployments', 'list')).length;
    const { code, out } = await user.run(['deploy', '--flow', 'plain', '--device', pump.id, '--dry-run']);
    expect(code).toBe(0);
    expect(out).toContain(`The order would go to 1 device: 0 online, 1 offline\nDevices: pump-${count}\n`);
    expect(await user.json('deploy', '--flow', 'plain', '--all', '--dry-run')).toMatchObject({ dry_run: true });
    expect((await user.json('deployments', 'list')).length).toBe(before);
  });
});
