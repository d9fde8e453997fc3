import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DeviceFleet, makeDeviceFleet } from '../fixtures/device-fleet.ts';
import type { ScriptedDevice } from '../scripted-device.ts';
import { startTestServer, type TestServer } from '../test-server.ts';
import { dashboardFiles, expectAccessible, expectNoSideScroll, hasBrowser, useBrowser } from './browser.ts';

const script = '<img src=x onerror="window.wasRun = true">';

describe.skipIf(!hasBrowser)('the overview', () => {
  const browser = useBrowser();
  let server: TestServer;
  let fleet: DeviceFleet;
  let devices: ScriptedDevice[];
  let running: string;
  let failed: string;

  beforeAll(async () => {
    // Those that have said hello are online until the end, however long that is.
    server = await startTestServer({ dashboardFiles, pollAfterS: 600 });
    await server.request('POST', '/api/v2/projects', { body: { name: 'Barns' } });
    fleet = await makeDeviceFleet(server, 'Greenhouses');
    devices = [];
    for (const name of ['pump-1', 'pump-2', 'pump-3']) {
      const device = await fleet.joinDevice(name);
      await device.hello();
      devices.push(device);
    }
    await fleet.call('POST', '/devices', { name: 'spare', group: 'Production' });
    const [first, second, third] = devices as [ScriptedDevice, ScriptedDevice, ScriptedDevice];
    failed = await fleet.deployTo([first, second, third], { app: { name: 'irrigation', version: '2.0' } });
    for (const device of devices) await device.next();
    await first.report({ update_id: failed, seq: 1, event: 'succeeded' });
    for (const device of [second, third]) {
      const said = { step: 1, reason: 'command_failed', message: `no water ${script}` } as const;
      await device.report({ update_id: failed, seq: 1, event: 'failed', ...said });
    }
    running = await fleet.deployTo([first, second], { options: { supersede: 'none' } });
  });

  afterAll(() => server.stop());

  it('of an empty project shows the way to its first deployment, and what of it is done', async () => {
    const { page, goTo, faults, close } = await browser.open(server);
    await goTo('/p/barns');
    const way = page.getByRole('region', { name: 'The way to the first deployment' });
    await way.waitFor();
    expect(await way.getByRole('img', { name: 'To do' }).count()).toBe(3);
    expect(await way.getByRole('link', { name: 'Make a flow' }).getAttribute('href')).toBe('/p/barns/flows/new');
    expect(await way.getByRole('link', { name: 'Deploy' }).getAttribute('href')).toBe('/p/barns/deployments/new');
    await expectAccessible(page);

    await server.request('POST', '/api/v2/barns/devices', { body: { name: 'gate', group: 'Production' } });
    await way.getByText('1 device in this project.').waitFor();
    expect(await way.getByRole('img', { name: 'Done' }).count()).toBe(1);
    await way.getByRole('link', { name: 'Register another device' }).click();
    await page.getByRole('heading', { name: 'Register device' }).waitFor();
    expect(faults).toEqual([]);
    await close();
  });

  it('counts devices by state, each number leading to these devices', async () => {
    const { page, goTo, faults, close } = await browser.open(server);
    await goTo('/p/greenhouses');
    const online = page.getByRole('link', { name: '3 devices online' });
    await online.waitFor();
    await expectAccessible(page);
    expect(await page.getByRole('link', { name: '1 device: Not joined' }).getAttribute('href')).toBe(
      '/p/greenhouses/devices?attention=not_joined',
    );
    await online.click();
    await page.getByRole('heading', { name: 'Devices', level: 1 }).waitFor();
    expect(filterIn(page.url())).toEqual({ filters: [{ type: 'device_state', operand: 'is', value: 'online' }] });
    expect(faults).toEqual([]);
    await close();
  });

  it('shows what failed in groups, and leads to the failed updates; what a device says is text', async () => {
    const { page, goTo, faults, close } = await browser.open(server);
    await goTo('/p/greenhouses');
    const failures = page.getByRole('region', { name: 'Recent failures' });
    await failures.getByText('Step second').waitFor();
    await failures.getByText(`no water ${script}`).waitFor();
    expect(await page.evaluate('window.wasRun')).toBeUndefined();
    await failures.getByRole('link', { name: `2 devices: the failed updates of ${failed}` }).click();
    await page.waitForURL(`**/p/greenhouses/deployments/${failed}?status=failed`);
    expect(faults).toEqual([]);
    await close();
  });

  it('shows what runs where, and leads to the devices of a version', async () => {
    const { page, goTo, close } = await browser.open(server);
    await goTo('/p/greenhouses');
    await page.getByRole('region', { name: 'App versions in the fleet' }).getByRole('link', { name: '2.0: 1' }).click();
    await page.getByRole('heading', { name: 'Devices', level: 1 }).waitFor();
    expect(filterIn(page.url())).toEqual({
      filters: [{ type: 'app', operand: 'is', value: 'irrigation', app_version: '2.0' }],
    });
    await close();
  });

  it('says how the last days went, as bars and in figures', async () => {
    const { page, goTo, close } = await browser.open(server);
    await goTo('/p/greenhouses');
    const rate = page.getByRole('region', { name: 'Success over time' });
    await rate
      .getByText('33.3 % of the updates that got a result in the last 30 days succeeded; aborted ones are left out.')
      .waitFor();
    await rate.getByText('Show the numbers').click();
    await rate
      .getByRole('table', { name: 'Results of each day' })
      .getByRole('cell', { name: '2', exact: true })
      .waitFor();
    await close();
  });

  it('follows a deployment without being loaded again, and one that is ordered meanwhile', async () => {
    const { page, goTo, faults, close } = await browser.open(server);
    await goTo('/p/greenhouses');
    await page.getByText('Live', { exact: true }).waitFor();
    const underWay = page.getByRole('region', { name: 'Deployments under way' });
    const line = underWay.getByRole('listitem').filter({ has: page.getByRole('link', { name: running }) });
    await line.getByText('0 of 2 devices done').waitFor();
    await devices[0]?.next();
    await devices[0]?.report({ update_id: running, seq: 1, event: 'succeeded' });
    await line.getByText('1 of 2 devices done').waitFor();
    await line.getByRole('img', { name: /Pending 1, .*Success 1/ }).waitFor();

    const ordered = await fleet.deployTo(devices);
    await underWay.getByRole('link', { name: ordered }).waitFor();
    expect(faults).toEqual([]);
    await close();
  });

  it('tells admins what was changed, and viewers what was deployed; a viewer is offered no change', async () => {
    const admin = await browser.open(server, { role: 'admin' });
    await admin.goTo('/p/greenhouses');
    const events = admin.page.getByRole('region', { name: 'Latest events' });
    await events.getByText('deployment created').first().waitFor();
    const device = events.getByRole('listitem').filter({ hasText: 'device created' });
    await device.getByRole('link', { name: 'spare' }).waitFor();
    await expectAccessible(admin.page);
    const deployment = events.getByRole('listitem').filter({ hasText: failed });
    await deployment.getByRole('link', { name: 'plain v1' }).click();
    await admin.page.waitForURL(`**/p/greenhouses/deployments/${failed}`);
    await admin.goTo('/settings/audit-log?action=deployment.');
    await admin.page.getByRole('row').filter({ hasText: failed }).getByRole('link', { name: 'plain v1' }).waitFor();
    await admin.close();

    const { page, goTo, faults, close } = await browser.open(server, { role: 'viewer', width: 375, height: 800 });
    await goTo('/p/greenhouses');
    await page.getByRole('region', { name: 'Latest deployments' }).getByRole('link', { name: failed }).waitFor();
    await expectAccessible(page);
    await expectNoSideScroll(page);
    expect(await page.getByRole('link', { name: 'Deploy', exact: true }).count()).toBe(0);
    expect(await page.getByRole('region', { name: 'Latest events' }).count()).toBe(0);
    await goTo('/p/barns');
    await page.getByText('Somebody with the role admin can do this.').first().waitFor();
    expect(await page.getByRole('link', { name: 'Make a flow' }).count()).toBe(0);
    expect(faults).toEqual([]);
    await close();
  });

  it('says where there is no such project, and shows it once there is', async () => {
    const { page, goTo, close } = await browser.open(server);
    await goTo('/p/nowhere');
    await page.getByRole('heading', { name: 'There is no such project' }).waitFor();
    await page.getByRole('banner').getByRole('status').waitFor({ state: 'detached' });
    expect(await page.getByText('Connection lost').count()).toBe(0);
    await server.request('POST', '/api/v2/projects', { body: { name: 'Nowhere' } });
    for (const address of ['/p/nowhere', '/p/Nowhere']) {
      await goTo(address);
      await page.getByRole('region', { name: 'The way to the first deployment' }).waitFor();
    }
    await close();
  });
});

function filterIn(url: string): unknown {
  // An address holds a text that would read as JSON in quotes.
  const text = new URL(url).searchParams.get('filter') ?? '';
  const read: unknown = JSON.parse(text);
  return typeof read === 'string' ? JSON.parse(read) : read;
}
