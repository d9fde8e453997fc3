import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DeviceFleet, makeDeviceFleet } from '../fixtures/device-fleet.ts';
import { startTestServer, type TestServer } from '../test-server.ts';
import { dashboardFiles, expectAccessible, expectNoSideScroll, hasBrowser, useBrowser } from './browser.ts';

const script = '<script>window.wasRun = true</script>';

describe.skipIf(!hasBrowser)('names that devices carry', () => {
  const browser = useBrowser();
  let server: TestServer;
  let fleet: DeviceFleet;

  beforeAll(async () => {
    server = await startTestServer({ dashboardFiles });
    fleet = await makeDeviceFleet(server, 'Greenhouses');
    const device = await fleet.joinDevice('pump-1');
    await fleet.call('POST', '/tags', { name: 'humid' });
    await fleet.call('POST', '/apps', { name: script });
    const apps = [{ name: 'irrigation', version: '1.0' }];
    await fleet.call('PATCH', `/devices/${device.id}`, { tags: ['humid'], apps });
  });

  afterAll(() => server.stop());

  it('are apps with their versions, which lead to the devices; a script in a name is text', async () => {
    const { page, goTo, faults, close } = await browser.open(server);
    await goTo('/p/greenhouses/apps');
    const row = page.getByRole('row').filter({ hasText: 'irrigation' });
    await row.getByRole('link', { name: '1.0: 1' }).waitFor();
    await page.getByRole('gridcell', { name: script, exact: true }).waitFor();
    expect(await page.evaluate('window.wasRun')).toBeUndefined();
    await expectAccessible(page);
    await row.getByRole('link', { name: '1 device with the app irrigation' }).click();
    await page.getByRole('heading', { name: 'Devices', level: 1 }).waitFor();
    expect(decodeURIComponent(page.url())).toContain('irrigation');
    expect(faults).toEqual([]);
    await close();
  });

  it('are made, renamed and deleted, and refused at the field where they are there already', async () => {
    const { page, goTo, faults, close } = await browser.open(server);
    await goTo('/p/greenhouses/groups-and-tags');
    const groups = page.getByRole('region', { name: 'Groups' });
    const name = groups.getByRole('textbox', { name: 'Name of a new group' });
    await name.fill('North');
    await groups.getByRole('button', { name: 'Create group' }).click();
    await groups.getByRole('gridcell', { name: 'North', exact: true }).waitFor();
    await name.fill('North');
    await groups.getByRole('button', { name: 'Create group' }).click();
    await groups.getByText('There is a group North already').waitFor();
    expect(await name.inputValue()).toBe('North');
    await name.fill(' North');
    await groups.getByRole('button', { name: 'Create group' }).click();
    await groups.getByText('must not begin or end with a blank').waitFor();
    await expectAccessible(page);

    await groups.getByRole('button', { name: 'Rename North' }).click();
    const dialog = page.getByRole('dialog', { name: 'Rename the group North' });
    await dialog.getByLabel('New name').fill('Production');
    await dialog.getByRole('button', { name: 'Rename' }).click();
    await dialog.getByText(/already/).waitFor();
    await dialog.getByLabel('New name').fill('South');
    await dialog.getByRole('button', { name: 'Rename' }).click();
    await dialog.waitFor({ state: 'detached' });
    await groups.getByRole('gridcell', { name: 'South', exact: true }).waitFor();

    await groups.getByRole('button', { name: 'Delete South' }).click();
    await page.getByRole('dialog').getByText('No device carries it.').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await groups.getByRole('gridcell', { name: 'South', exact: true }).waitFor({ state: 'detached' });
    expect(faults).toEqual([]);
    await close();
  });

  it('say why one cannot be deleted', async () => {
    const { page, goTo, close } = await browser.open(server, { role: 'operator' });
    await goTo('/p/greenhouses/groups-and-tags');
    await page.getByRole('button', { name: 'Delete humid' }).click();
    const dialog = page.getByRole('dialog', { name: 'Delete the tag humid?' });
    await dialog.getByText('1 device carries it').waitFor();
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await dialog.getByText('The tag humid is in use: devices').waitFor();
    await close();
  });

  it('are not offered to be changed to who may not, and find room on a phone', async () => {
    const { page, goTo, faults, close } = await browser.open(server, { role: 'viewer', width: 375, height: 800 });
    await goTo('/p/greenhouses/groups-and-tags');
    await page.getByRole('gridcell', { name: 'humid', exact: true }).waitFor();
    expect(await page.getByRole('button', { name: /^(Create|Rename|Delete)/ }).count()).toBe(0);
    await expectAccessible(page);
    await expectNoSideScroll(page);
    await server.request('POST', '/api/v2/projects', { body: { name: 'Barns' } });
    await goTo('/p/barns/apps');
    await page.getByText('Somebody with the role admin can make one.').waitFor();
    expect(faults).toEqual([]);
    await close();
  });
});
