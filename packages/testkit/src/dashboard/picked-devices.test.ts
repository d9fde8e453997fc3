import type { Page, Route } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type DeviceFleet, makeDeviceFleet } from '../fixtures/device-fleet.ts';
import type { ScriptedDevice } from '../scripted-device.ts';
import { startTestServer, type TestServer } from '../test-server.ts';
import {
  type DashboardPage,
  dashboardFiles,
  expectAccessible,
  expectNoSideScroll,
  hasBrowser,
  useBrowser,
} from './browser.ts';
import { focusedName, tabTo } from './keyboard.ts';

describe.skipIf(!hasBrowser)('devices that are picked', () => {
  const browser = useBrowser();
  const opened: DashboardPage[] = [];
  let server: TestServer;
  let fleet: DeviceFleet;
  const devices: ScriptedDevice[] = [];

  beforeAll(async () => {
    server = await startTestServer({ dashboardFiles });
    fleet = await makeDeviceFleet(server, 'Farm');
    await fleet.call('POST', '/tags', { name: 'winter' });
    for (const name of ['pump-1', 'pump-2', 'pump-3', 'pump-4']) devices.push(await fleet.joinDevice(name));
    await fleet.call('PATCH', `/devices/${devices[0]?.id}`, { tags: ['winter'] });
  });

  afterEach(async () => {
    for (const { faults, close } of opened.splice(0)) {
      expect(faults).toEqual([]);
      await close();
    }
  });

  afterAll(() => server.stop());

  async function open(path: string, options: Parameters<typeof browser.open>[1] = {}): Promise<Page> {
    const one = await browser.open(server, options);
    opened.push(one);
    await one.goTo(path);
    return one.page;
  }

  const row = (page: Page, name: string) => page.getByRole('row').filter({ hasText: name });
  const bar = (page: Page) => page.getByRole('region', { name: 'Picked devices' });

  async function openWithPicks(names: string[], options: Parameters<typeof browser.open>[1] = {}): Promise<Page> {
    const page = await open('/p/farm/devices', options);
    for (const name of names) await row(page, name).getByRole('checkbox').check();
    await bar(page).waitFor();
    return page;
  }

  it('get a tag that is made with it, though it was typed and not confirmed, and stay picked', async () => {
    const page = await openWithPicks(['pump-1', 'pump-2'], { role: 'operator' });
    await bar(page).getByRole('button', { name: 'Tags' }).click();
    const dialog = page.getByRole('dialog', { name: 'Tags of 2 devices' });
    const add = dialog.getByRole('combobox', { name: 'Add' });
    await add.and(page.locator(':focus')).waitFor();
    expect(await page.getByRole('listbox').filter({ visible: true }).count()).toBe(0);
    await expectAccessible(page);
    expect(await dialog.getByRole('button', { name: 'Change tags' }).isDisabled()).toBe(true);
    await add.pressSequentially('canary');
    await page.getByRole('option', { name: 'Create “canary”' }).waitFor();
    await dialog.getByRole('button', { name: 'Create and change' }).click();
    await page.getByText('The tags of 2 devices are changed.').waitFor();
    await dialog.waitFor({ state: 'detached' });
    await bar(page).getByText('2 devices picked').waitFor();
    await row(page, 'pump-2').getByText('canary').waitFor();
    await row(page, 'pump-1').getByText('canary, winter').waitFor();
  });

  it('move to a group that is chosen to be made', async () => {
    const page = await openWithPicks(['pump-3']);
    await bar(page).getByRole('button', { name: 'Group' }).click();
    const dialog = page.getByRole('dialog', { name: 'Move 1 device to a group' });
    const field = dialog.getByRole('combobox', { name: 'Group' });
    await field.and(page.locator(':focus')).waitFor();
    expect(await page.getByRole('listbox').filter({ visible: true }).count()).toBe(0);
    await field.pressSequentially('Staging');
    await page.getByRole('option', { name: 'Create “Staging”' }).click();
    await dialog.getByText('New: Staging').waitFor();
    await dialog.getByRole('button', { name: 'Create and move' }).click();
    await page.getByText('1 device moved to Staging.').waitFor();
    await bar(page).getByText('1 device picked').waitFor();
    await row(page, 'pump-3').getByText('Staging').waitFor();
  });

  it('get no tag of which one is refused, and none is made', async () => {
    const page = await openWithPicks(['pump-4']);
    await bar(page).getByRole('button', { name: 'Tags' }).click();
    const dialog = page.getByRole('dialog', { name: 'Tags of 1 device' });
    const add = dialog.getByRole('combobox', { name: 'Add' });
    await add.fill('fine');
    await page.keyboard.press('Enter');
    await add.fill('x'.repeat(200));
    await dialog.getByRole('button', { name: 'Create and change' }).click();
    await dialog.getByText(/at most 128|128 characters/).waitFor();
    expect(await add.getAttribute('aria-invalid')).toBe('true');
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    const { items } = (await server.request('GET', `${fleet.path}/tags`)).body;
    expect(items.map(({ name }: { name: string }) => name)).not.toContain('fine');
  });

  it('leave every row where it is, and the focus in the table where none is picked any more', async () => {
    const page = await open('/p/farm/devices');
    const placeOf = async () => (await row(page, 'pump-2').boundingBox())?.y;
    await row(page, 'pump-2').waitFor();
    await page.getByRole('status', { name: 'Devices found' }).waitFor();
    const place = await placeOf();
    await row(page, 'pump-3').getByRole('checkbox').check();
    await bar(page).waitFor();
    expect(await placeOf()).toBe(place);
    await tabTo(page, 'Pick none');
    await page.keyboard.press('Enter');
    await bar(page).waitFor({ state: 'detached' });
    await row(page, 'pump-3').and(page.locator(':focus')).waitFor();
    expect(await placeOf()).toBe(place);
  });

  it('leave no empty room below them where a filter shows only one', async () => {
    const page = await open('/p/farm/devices');
    await page.getByLabel('Search by name').fill('pump-4');
    await page.getByRole('status', { name: 'Devices found' }).getByText('1 device', { exact: true }).waitFor();
    await row(page, 'pump-3').waitFor({ state: 'detached' });
    await row(page, 'pump-4').getByRole('checkbox').check();
    await bar(page).waitFor();
    const [table, last] = await Promise.all([page.getByRole('grid').boundingBox(), row(page, 'pump-4').boundingBox()]);
    const end = (box: typeof table) => (box?.y ?? 0) + (box?.height ?? 0);
    expect(end(table) - end(last)).toBeLessThan(20);
  });

  it('are those on which the focus is, however fast the keys come', async () => {
    const page = await open('/p/farm/devices');
    const rows = page.getByRole('row').filter({ has: page.getByRole('link') });
    await rows.nth(3).waitFor();
    await rows.nth(0).focus();
    await pressAtOnce(page, ['ArrowDown', ' ', 'ArrowDown', 'ArrowDown', ' ']);
    await bar(page).getByText('2 devices picked').waitFor();
    const picked = await Promise.all([0, 1, 2, 3].map((place) => rows.nth(place).getAttribute('aria-selected')));
    expect(picked).toEqual(['false', 'true', 'false', 'true']);
  });

  it('have a box each that says of which device it is, and from which the arrows go on after a click', async () => {
    const page = await open('/p/farm/devices');
    const rows = page.getByRole('row').filter({ has: page.getByRole('link') });
    await rows.nth(3).waitFor();
    const names = await rows.getByRole('link').allInnerTexts();
    const box = (place: number) => page.getByRole('checkbox', { name: `Pick ${names[place]}`, exact: true });
    await box(1).click();
    await page.keyboard.press('ArrowDown');
    await rows.nth(2).and(page.locator(':focus')).waitFor();
    await page.keyboard.press(' ');
    await bar(page).getByText('2 devices picked').waitFor();
    expect(await box(2).isChecked()).toBe(true);
    await box(2).click();
    await page.keyboard.press('Home');
    await rows.nth(0).and(page.locator(':focus')).waitFor();
    await bar(page).getByText('1 device picked').waitFor();
  });

  it('are those on which the focus is, also where it turned back from a row that was not drawn yet', async () => {
    await server.request('POST', '/api/v2/projects', { body: { name: 'Row' } });
    for (let made = 0; made < 60; made++)
      await server.request('POST', '/api/v2/row/devices', { body: { name: `pump-${made}`, group: 'Production' } });
    const page = await open('/p/row/devices');
    const rows = page.getByRole('row').filter({ has: page.getByRole('link') });
    await rows.nth(3).waitFor();
    const second = await rows.nth(1).getByRole('link').innerText();
    await rows.nth(0).focus();
    await pressAtOnce(page, ['End', 'Home', 'ArrowDown', ' ']);
    await bar(page).getByText('1 device picked').waitFor();
    await page.getByRole('row', { selected: true }).getByRole('link', { name: second, exact: true }).waitFor();
    await rows.nth(1).and(page.locator(':focus')).waitFor();
  });

  it('stay picked where a filter still shows them, and it is said of how many it does not', async () => {
    const page = await openWithPicks(['pump-1', 'pump-2', 'pump-3']);
    await page.getByLabel('Search by name').fill('pump-1');
    await page.getByText('2 of the 3 picked devices are not shown any more, nor picked.').waitFor();
    await bar(page).getByText('1 device picked').waitFor();
    expect(await row(page, 'pump-1').getByRole('checkbox').isChecked()).toBe(true);
    await page.getByLabel('Search by name').fill('');
    await row(page, 'pump-3').waitFor();
    await bar(page).getByText('1 device picked').waitFor();
  });

  it('all stay picked where it cannot be asked which of them a filter still shows, and that is said', async () => {
    const page = await openWithPicks(['pump-1', 'pump-2']);
    const isQuestion = (route: Route) => 'device_ids' in (route.request().postDataJSON() ?? {});
    await page.route('**/devices/search', (route) => (isQuestion(route) ? route.abort() : route.continue()));
    await page.getByLabel('Search by name').fill('pump-1');
    const told = page.getByRole('alert').filter({ hasText: 'That did not work' });
    await told.getByText('all stay picked. The server cannot be reached.').waitFor();
    await bar(page).getByText('2 devices picked').waitFor();
    await page.unroute('**/devices/search');
    await page.getByLabel('Search by name').fill('pump-2');
    await page.getByText('1 of the 2 picked devices is not shown any more, nor picked.').waitFor();
    await bar(page).getByText('1 device picked').waitFor();
  });

  it('are none any more where all that a filter selects were, and other devices are shown', async () => {
    const filter = JSON.stringify({ filters: [{ type: 'device_state', operand: 'is', value: 'offline' }] });
    const page = await open(`/p/farm/devices?filter=${encodeURIComponent(filter)}`);
    await row(page, 'pump-1').getByRole('checkbox').check();
    await page.getByRole('button', { name: 'Pick all 4 devices' }).click();
    await bar(page).getByText('All 4 devices').waitFor();
    await page.getByRole('button', { name: 'Clear the filter' }).click();
    await page.getByText('Other devices are shown: none is picked any more.').waitFor();
    await bar(page).waitFor({ state: 'detached' });
    expect(await page.getByRole('checkbox', { checked: true }).count()).toBe(0);
  });

  it('are reached by Tab as the devices of a deployment are: a row, its links, and past the others', async () => {
    const deployment = await fleet.deployTo(devices);
    for (const path of ['/p/farm/devices', `/p/farm/deployments/${deployment}`]) {
      const page = await open(path);
      await row(page, 'pump-2').first().focus();
      await page.keyboard.press('Tab');
      expect(await focusedName(page)).toContain('pump-2');
      const stops = page.getByRole('grid').locator('a[tabindex="0"], a:not([tabindex])');
      for (const name of await stops.locator('xpath=ancestor::*[@role="row"]').allInnerTexts())
        expect(name).toContain('pump-2');
    }
  });

  it('have a box under that of all of them, and room for more than a name on a phone', async () => {
    const page = await open('/p/farm/devices', { width: 375, height: 812 });
    await row(page, 'pump-4').getByText('Production').waitFor();
    const all = await page.getByLabel('Pick all that are loaded').boundingBox();
    const one = await row(page, 'pump-4').getByRole('checkbox').boundingBox();
    expect([all?.x, all?.width, all?.height]).toEqual([one?.x, one?.width, one?.height]);
    await row(page, 'pump-4').getByRole('checkbox').check();
    await bar(page).waitFor();
    await expectNoSideScroll(page);
    await expectAccessible(page);
  });
});

/** Faster than any row is drawn. */
async function pressAtOnce(page: Page, keys: string[]): Promise<void> {
  await page.evaluate(`for (const key of ${JSON.stringify(keys)})
    document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }))`);
}
