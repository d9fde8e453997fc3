import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DeviceFleet, makeDeviceFleet } from '../fixtures/device-fleet.ts';
import { ScriptedDevice } from '../scripted-device.ts';
import { Stage } from '../stage.ts';
import { startTestServer, type TestServer } from '../test-server.ts';
import { dashboardFiles, expectAccessible, expectNoSideScroll, hasBrowser, useBrowser } from './browser.ts';

const programs = join(dirname(fileURLToPath(import.meta.url)), '../../../../dist');
const agentFiles = join(programs, 'agent');
const publicUrl = 'https://updates.example.com';

describe.skipIf(!hasBrowser)('registering a device', () => {
  const browser = useBrowser();
  const stage = new Stage(programs);
  let server: TestServer;
  let fleet: DeviceFleet;

  beforeAll(async () => {
    server = await startTestServer({ dashboardFiles, pollAfterS: 0.5 });
    fleet = await makeDeviceFleet(server, 'Greenhouses');
    await fleet.joinDevice('was-there-before');
    await fleet.call('POST', '/groups', { name: 'North' });
  });

  afterAll(async () => {
    await stage.stop();
    await server.stop();
  });

  it('gives a line by whose token a real agent joins, and shows it as it arrives', async () => {
    const { page, goTo, faults, close } = await browser.open(server);
    await goTo('/p/greenhouses/register-device');
    await page.getByText('For one device, valid for a day. Change this').waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Make the line to paste' }).click();

    const line = page.getByRole('group', { name: 'the line that runs an agent from a checkout' });
    const [, address = '', token = ''] = /--server (\S+) --pairing-token (twp_\S+)/.exec(await line.innerText()) ?? [];
    expect(address).toBe(server.url);
    await page.getByText('This token is shown once.').waitFor();
    await page.getByText(`${server.url} is an address of this machine only`).waitFor();
    await page.getByText('start it with TIDEWAY_PUBLIC_URL set').waitFor();
    await page.getByText('Waiting for the device').waitFor();
    await expectAccessible(page);

    stage.startAgent('pump-1', ['--server', address, '--pairing-token', token]);
    const arrived = page.getByRole('list', { name: 'Devices that have arrived' });
    await arrived.getByRole('listitem').filter({ hasText: 'pump-1' }).filter({ hasText: 'joined, online' }).waitFor();
    expect(await arrived.getByRole('listitem').count()).toBe(1);
    expect(await page.getByText('Waiting for').count()).toBe(0);
    await page.getByText('The pairing token is used up').waitFor();
    await page.getByRole('button', { name: 'Register another device' }).waitFor();
    expect(await line.count()).toBe(0);
    expect(await page.getByRole('link', { name: 'Make an update flow' }).getAttribute('href')).toBe(
      '/p/greenhouses/flows/new',
    );
    await page.getByRole('link', { name: 'Deploy', exact: true }).click();
    await page.getByLabel('In any of these groups').first().click();
    await page.getByRole('option', { name: 'North' }).waitFor();

    await goTo('/p/greenhouses/register-device');
    await page.getByRole('button', { name: 'Make the line to paste' }).waitFor();
    expect(await page.content()).not.toContain(token);
    expect(faults).toEqual([]);
    await close();
  });

  it('lets devices wait for approval, and approves one and all of them', async () => {
    const { page, goTo, faults, close } = await browser.open(server);
    await goTo('/p/greenhouses/register-device');
    await page.getByText('For one device, valid for a day. Change this').click();
    await page.getByLabel('Devices that may join with it').fill('3');
    await page.getByLabel('Valid for').selectOption('One hour');
    await page.getByText('For 3 devices, valid for an hour. Change this').waitFor();
    await page.getByLabel('Group', { exact: true }).first().click();
    await page.getByRole('option', { name: 'North' }).click();
    await page.getByLabel('Devices need approval').check();
    await page.getByRole('button', { name: 'Make the line to paste' }).click();
    await page
      .getByText(/3 devices can join with it until .*, into the group North, and each needs approval/)
      .waitFor();

    await page.getByText('The token itself').click();
    const token = await page.getByText(/^twp_\S+$/).innerText();
    for (const name of ['lamp-1', 'lamp-2', 'lamp-3']) {
      const joined = await new ScriptedDevice(server.url).join(token, { name });
      expect(joined.body.needs_approval).toBe(true);
    }
    const section = page.getByRole('region', { name: /^Awaiting approval/ });
    await section.getByRole('heading', { name: 'Awaiting approval: 3' }).waitFor();
    await page.getByText('joined, awaits approval (below)').nth(2).waitFor();
    await expectAccessible(page);

    await section.getByRole('button', { name: 'Approve lamp-2' }).click();
    await section.getByRole('heading', { name: 'Awaiting approval: 2' }).waitFor();
    await section.getByRole('button', { name: 'Approve all 2' }).click();
    const dialog = page.getByRole('dialog', { name: 'Approve 2 devices?' });
    await dialog.getByRole('button', { name: 'Approve all 2' }).click();
    await section.waitFor({ state: 'detached' });
    const { items } = (await fleet.call('GET', '/devices?attention=needs_approval')) as { items: object[] };
    expect(items).toEqual([]);
    expect(faults).toEqual([]);
    await close();
  });

  it('approves those that were picked of the devices that await it', async () => {
    const token = await fleet.createPairingToken({ needs_approval: true });
    for (const name of ['crane-1', 'crane-2']) await new ScriptedDevice(server.url).join(token, { name });
    const { page, goTo, faults, close } = await browser.open(server);
    await goTo('/p/greenhouses/devices?attention=needs_approval');
    await page.getByRole('row').filter({ hasText: 'crane-2' }).getByLabel('Pick').check();
    await page.getByRole('button', { name: 'Approve', exact: true }).click();
    await page.getByRole('dialog', { name: 'Approve 1 device?' }).getByRole('button', { name: 'Approve' }).click();
    await page.getByRole('row').filter({ hasText: 'crane-2' }).waitFor({ state: 'detached' });
    await page.getByRole('row').filter({ hasText: 'crane-1' }).waitFor();
    expect(faults).toEqual([]);
    await close();
  });

  it('shows the devices that have come, also where one of them was deleted', async () => {
    const { page, goTo, faults, close } = await browser.open(server);
    await goTo('/p/greenhouses/register-device');
    await page.getByText('For one device, valid for a day. Change this').click();
    await page.getByLabel('Devices that may join with it').fill('3');
    await page.getByRole('button', { name: 'Make the line to paste' }).click();
    await page.getByText('The token itself').click();
    const token = await page.getByText(/^twp_\S+$/).innerText();
    const [gone, stays] = [new ScriptedDevice(server.url), new ScriptedDevice(server.url)];
    await gone.join(token, { name: 'fan-1' });
    await stays.join(token, { name: 'fan-2' });
    const arrived = page.getByRole('list', { name: 'Devices that have arrived' });
    await arrived.getByText('fan-2').waitFor();
    await fleet.call('DELETE', `/devices/${gone.id}`);
    await arrived.getByText('fan-1').waitFor({ state: 'detached' });
    await arrived.getByText('fan-2').waitFor();
    expect(await page.getByText('There is no device').count()).toBe(0);
    expect(faults).toEqual([]);
    await close();
  });

  it('shows at its field what is wrong with a choice', async () => {
    const { page, goTo, close } = await browser.open(server);
    await goTo('/p/greenhouses/register-device');
    await page.getByText('For one device, valid for a day. Change this').click();
    const uses = page.getByLabel('Devices that may join with it');
    await uses.fill('2000000');
    await page.getByRole('button', { name: 'Make the line to paste' }).click();
    await page.getByText(/1000000|1,000,000/).waitFor();
    expect(await uses.getAttribute('aria-invalid')).toBe('true');
    expect(await page.getByText('This token is shown once.').count()).toBe(0);
    await close();
  });

  it('gives the line of the documentation where the server knows its address', async () => {
    const other = await startTestServer({ dashboardFiles, agentFiles, publicUrl });
    await makeDeviceFleet(other, 'Greenhouses');
    const { page, goTo, faults, close } = await browser.open(other, { width: 375, height: 800 });
    await goTo('/p/greenhouses/register-device');
    await page.getByRole('button', { name: 'Make the line to paste' }).click();
    const line = page.getByRole('group', { name: 'the line that installs the agent' });
    expect(await line.innerText()).toMatch(
      /^curl -fsSL https:\/\/updates\.example\.com\/install\.sh \| sudo sh -s -- -p=twp_\S+$/,
    );
    expect(await page.getByText('is an address of this machine only').count()).toBe(0);
    await expectNoSideScroll(page);
    expect(faults).toEqual([]);
    await close();
    await other.stop();
  });

  it('tells an operator who can do it', async () => {
    const { page, goTo, close } = await browser.open(server, { role: 'operator' });
    await goTo('/p/greenhouses/register-device');
    await page.getByText('This needs the role admin').waitFor();
    expect(await page.getByRole('button', { name: 'Make the line to paste' }).count()).toBe(0);
    await close();
  });
});
