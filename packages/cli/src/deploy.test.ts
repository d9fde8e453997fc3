import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import {
  type DeviceFleet,
  makeDeviceFleet,
  type ScriptedDevice,
  startTestServer,
  steadyPort,
  type TestServer,
} from '@tideway/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CommandLine } from './testing/command-line.ts';
import { startUnsteadyProxy, type Trouble } from './testing/unsteady-proxy.ts';

let server: TestServer;
let fleet: DeviceFleet;
let user: CommandLine;

beforeAll(async () => {
  server = await startTestServer({ pollAfterS: 0.05 });
  fleet = await makeDeviceFleet(server, 'Fields');
  user = new CommandLine({ TIDEWAY_URL: server.url, TIDEWAY_TOKEN: server.owner.token });
  await fleet.call('POST', '/tags', { name: 'humid' });
});

afterAll(async () => {
  user.end();
  await server.stop();
});

describe('tideway deploy', () => {
  it('places an order from flags, by names and by ids', async () => {
    const [one, other] = [await fleet.joinDevice('pump-a'), await fleet.joinDevice('pump-b')];
    await fleet.call('PATCH', `/devices/${one.id}`, { tags: ['humid'] });
    const what = ['--flow', 'plain', '--comment', 'nightly', '--app', 'irrigation@1.1.0', '--expires-in', '2h'];
    const which = ['--device', 'pump-a', '--device', other.id, '--tag', 'humid', '--group', 'Production'];
    const created = await user.json('deploy', ...what, ...which);
    expect(created).toEqual({
      deployment_id: expect.stringMatching(/^dp-/),
      deployment_uuid: created.deployment_id,
      devices: 1,
    });
    expect(await fleet.call('GET', `/deployments/${created.deployment_id}`)).toMatchObject({
      flow: { name: 'plain', version: 1 },
      app: { name: 'irrigation', version: '1.1.0' },
      comment: 'nightly',
      expires_at: expect.any(String),
      devices: 1,
    });
    expect((await user.run(['deploy', ...what, ...which])).out).toMatch(/^Deployment dp-\S+ to 1 device\n$/);
  });

  it.each([
    ['order.json', JSON.stringify],
    ['order.yaml', toYaml],
  ])('places the order of a file: %s', async (name, write) => {
    const device = await fleet.joinDevice();
    const flow = await flowId();
    writeFileSync(
      join(user.home, name),
      write({ device_ids: [device.id], deployment_configuration: { flow_uuid: flow } }),
    );
    expect(await user.json('deploy', '--file', name)).toMatchObject({ devices: 1 });
  });

  it('places the order of standard input', async () => {
    const device = await fleet.joinDevice();
    const order = { device_ids: [device.id], deployment_configuration: { flow_uuid: await flowId() } };
    const ended = await user.run(['deploy', '--file', '-'], { input: JSON.stringify(order) });
    expect(ended).toMatchObject({ code: 0, said: '' });
  });

  it('shows what the server refuses, with code and field', async () => {
    const ended = await user.run(['deploy', '--flow', 'plain', '--tag', 'humdi', '--json']);
    expect(ended).toMatchObject({ code: 2, out: '' });
    expect(ended.said).toMatch(
      /^tideway: [^\n]*humdi[^\n]*\n {2}code: unknown_tag\n {2}field: device_filter\.filters\[0\]\.value\n$/,
    );
  });

  it.each([
    [['--flow', 'plain'], 'Say which devices'],
    [['--all'], 'Say which flow'],
    [['--flow', 'none', '--all'], 'There is no flow none'],
    [['--flow', 'plain', '--device', 'nobody'], 'There is no device nobody'],
    [['--flow', 'plain', '--all', '--param', 'x'], '--param must be NAME=VALUE'],
    [['--file', 'none.json'], 'Cannot read the file'],
    [['--file', 'none.json', '--tag', 'x', '--dry-run'], '--file holds the whole order: leave out --tag'],
    [['--flow', 'plain', '--all', '--wait-timeout', 'soon'], '--wait-timeout must be a duration'],
    [['--flow', 'plain', '--all', '--state', 'on'], 'Allowed choices are online, offline'],
  ])('ends with 2 and a sentence where it is not used as it can be: %j', async (words, sentence) => {
    const ended = await user.run(['deploy', ...words]);
    expect(ended).toMatchObject({ code: 2, out: '' });
    expect(ended.said).toContain(sentence);
  });

  it('waits for a server that is not there yet', async () => {
    const device = await fleet.joinDevice();
    const gone = await startUnsteadyProxy(server.url, 'GET', [], await steadyPort());
    await gone.stop();
    const child = user.start(['deploy', '--flow', 'plain', '--device', device.id], { TIDEWAY_URL: gone.url });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    const said = await new Promise((resolve) => child.stderr.once('data', (chunk) => resolve(String(chunk))));
    const back = await startUnsteadyProxy(server.url, 'GET', ['turned_away'], Number(new URL(gone.url).port));
    expect(await ended).toBe(0);
    await back.stop();
    expect(said).toBe('The server is away; it is tried again for 60 s\n');
  });

  it.each<[string, Trouble[]]>([
    ['turned away', ['turned_away', 'turned_away']],
    ['cut off after the order was done', ['lost_answer', 'turned_away']],
  ])('deploys once also when it was %s', async (_name, troubles) => {
    const device = await fleet.joinDevice();
    const proxy = await startUnsteadyProxy(server.url, 'POST', troubles);
    const before = await countDeployments();
    const words = ['deploy', '--flow', 'plain', '--device', device.id];
    const ended = await user.run(words, { env: { TIDEWAY_URL: proxy.url } });
    await proxy.stop();
    expect(ended).toMatchObject({ code: 0, said: expect.stringContaining('The server is away') });
    expect(await countDeployments()).toBe(before + 1);
  });
});

describe('tideway deploy --wait', () => {
  it('ends with 0 where all have succeeded, and shows on the way how it goes', async () => {
    const devices = [await fleet.joinDevice(), await fleet.joinDevice()];
    const [ended] = await Promise.all([deployTo(devices), ...devices.map((device) => work(device, 'succeeded'))]);
    expect(ended.code).toBe(0);
    expect(ended.out).toMatch(/^Deployment dp-\S+ to 2 devices\n2 success of 2\n$/);
    expect(ended.said).toMatch(/^dp-\S+: [^\n]* of 2\n/);
    expect(ended.said).not.toContain('\u001b');
  });

  it('ends with 1 where one has failed, and says why', async () => {
    const [good, bad] = [await fleet.joinDevice(), await fleet.joinDevice('a bad pump')];
    const [ended] = await Promise.all([deployTo([good, bad]), work(good, 'succeeded'), work(bad, 'failed')]);
    expect(ended.code).toBe(1);
    expect(ended.out).toContain('1 success, 1 failed of 2\n');
    expect(ended.out).toMatch(/\na bad pump {2}failed {2}the valve \\x1b\[2J is stuck\n$/);
  });

  it('ends with 1 where it was aborted', async () => {
    const device = await fleet.joinDevice();
    const child = user.start(['deploy', '--flow', 'plain', '--device', device.id, '--wait', '--json']);
    const ended = new Promise((resolve) => child.once('exit', resolve));
    const id = await new Promise<string>((resolve) => {
      child.stderr.on('data', (said) => resolve(String(said).split(':')[0] ?? ''));
    });
    await fleet.call('POST', `/deployments/${id}/abort`);
    expect(await ended).toBe(1);
  });

  it('ends with 3 when the time is over', async () => {
    const ended = await deployTo([await fleet.joinDevice()], ['--wait-timeout', '2s']);
    expect(ended.code).toBe(3);
    expect(ended.said).toMatch(/The time to wait is over; the deployment dp-\S+ goes on\n$/);
  });

  it('ends with 2 where the order is refused', async () => {
    const ended = await user.run(['deploy', '--flow', 'plain', '--lacks-app', 'nothing', '--wait']);
    expect(ended).toMatchObject({ code: 2, said: expect.stringContaining('code: unknown_app') });
  });

  it('does not wait for devices that are offline where that is asked for, and names them', async () => {
    const here = await fleet.joinDevice();
    await here.next();
    const away = (await fleet.call('POST', '/devices', { name: 'far away', group: 'Production' })) as { id: string };
    const words = [
      'deploy',
      '--flow',
      'plain',
      '--device',
      here.id,
      '--device',
      away.id,
      '--wait-for',
      'online',
      '--json',
    ];
    const [ended] = await Promise.all([user.run(words), work(here, 'succeeded')]);
    expect(ended.code).toBe(0);
    expect(ended.said).toContain('Not waited for, because they are offline: far away\n');
    expect(JSON.parse(ended.out)).toMatchObject({ counts: { pending: 1, success: 1 }, finished_at: null });
  });

  it('goes on when the server was away for a moment', async () => {
    const device = await fleet.joinDevice();
    const proxy = await startUnsteadyProxy(server.url, 'GET', [], await steadyPort());
    const child = user.start(['deploy', '--flow', 'plain', '--device', device.id, '--wait'], {
      TIDEWAY_URL: proxy.url,
    });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    await new Promise((resolve) => child.stderr.once('data', resolve));
    await proxy.stop();
    await new Promise((resolve) => child.stderr.once('data', resolve));
    await work(device, 'succeeded');
    const back = await startUnsteadyProxy(server.url, 'GET', ['turned_away'], Number(new URL(proxy.url).port));
    expect(await ended).toBe(0);
    await back.stop();
  });
});

function deployTo(devices: ScriptedDevice[], options: string[] = ['--wait']) {
  return user.run(['deploy', '--flow', 'plain', ...devices.flatMap(({ id }) => ['--device', id]), ...options]);
}

/** Takes up the next update as soon as there is one, and says how it ended. */
async function work(device: ScriptedDevice, event: 'succeeded' | 'failed'): Promise<void> {
  for (;;) {
    const plan = await device.next();
    if (plan !== null) {
      await device.report({ update_id: plan.update_id, seq: 1, event, message: 'the valve \u001b[2J is stuck' });
      return;
    }
    await delay(50);
  }
}

async function flowId(): Promise<string> {
  const { items } = (await fleet.call('GET', '/update-flows')) as { items: { id: string }[] };
  return items[0]?.id ?? '';
}

async function countDeployments(): Promise<number> {
  return ((await fleet.call('GET', '/deployments?limit=1000')) as { items: unknown[] }).items.length;
}

function toYaml({
  device_ids,
  deployment_configuration,
}: {
  device_ids: string[];
  deployment_configuration: { flow_uuid: string };
}) {
  return `device_ids: [${device_ids}]\ndeployment_configuration:\n  flow_uuid: ${deployment_configuration.flow_uuid}\n`;
}
