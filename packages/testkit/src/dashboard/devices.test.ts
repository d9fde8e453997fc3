import { execute } from '@tideway/server';
import { sql } from 'kysely';
import type { Page, Route } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type DeviceFleet, makeDeviceFleet } from '../fixtures/device-fleet.ts';
import { ScriptedDevice } from '../scripted-device.ts';
import { startTestServer, type TestServer } from '../test-server.ts';
import {
  type DashboardPage,
  dashboardFiles,
  expectAccessible,
  expectNoSideScroll,
  hasBrowser,
  useBrowser,
} from './browser.ts';

const script = '<img src=x onerror="window.isTaken=true">';

describe.skipIf(!hasBrowser)('devices in the dashboard', () => {
  const browser = useBrowser();
  const opened = new Map<string, DashboardPage>();
  let server: TestServer;
  let fleet: DeviceFleet;
  let devices: Record<'north' | 'south' | 'winter' | 'held' | 'waiting' | 'scripted', ScriptedDevice>;

  beforeAll(async () => {
    server = await startTestServer({ dashboardFiles });
    fleet = await makeDeviceFleet(server, 'Farm');
    for (const name of ['North', 'South']) await fleet.call('POST', '/groups', { name });
    for (const name of ['winter', 'summer', script]) await fleet.call('POST', '/tags', { name });
    const join = async (name: string, changes: Record<string, unknown>) => {
      const device = await fleet.joinDevice(name);
      await device.hello({ apps: [{ name: 'irrigation', version: 'v2' }] });
      await fleet.call('PATCH', `/devices/${device.id}`, changes);
      return device;
    };
    const waiting = new ScriptedDevice(server.url);
    await waiting.join(await fleet.createPairingToken({ needs_approval: true }), { name: 'pump-waiting' });
    const apps = [{ name: 'irrigation', version: 'v1' }];
    devices = {
      north: await join('pump-north', { group: 'North', apps }),
      south: await join('pump-south', { group: 'South' }),
      winter: await join('pump-winter', { group: 'North', tags: ['winter'] }),
      held: await join('pump-held', { update_trigger: 'on' }),
      waiting,
      scripted: await join('pump-scripted', { name: script, tags: [script], description: script }),
    };
    await devices.scripted.hello({ attributes: { note: script }, agent_version: '0.1.0' });
  });

  afterEach(() => {
    for (const { faults } of opened.values()) expect(faults.splice(0)).toEqual([]);
  });

  afterAll(() => server.stop());

  /** Goes to a page as one who has signed in before. */
  async function open(path: string, options: Parameters<typeof browser.open>[1] = {}): Promise<Page> {
    const known = opened.get(JSON.stringify(options)) ?? (await browser.open(server, options));
    opened.set(JSON.stringify(options), known);
    await known.goTo(path);
    return known.page;
  }

  const row = (page: Page, name: string) => page.getByRole('row').filter({ hasText: name });
  const found = (page: Page, text: string) =>
    page
      .getByRole('status', { name: 'Devices found' })
      .filter({ hasText: new RegExp(`^${text}$`) })
      .waitFor();

  it('are chosen by name in a condition, which holds the id and shows the name to whoever gets its address', async () => {
    const page = await open('/p/farm/devices');
    await page.getByRole('button', { name: 'Filter', exact: true }).click();
    await page.getByRole('button', { name: 'Add condition' }).click();
    await page.getByLabel('Condition 1: what is asked for').selectOption('Device');
    const device = page.getByRole('combobox', { name: 'Condition 1: device' });
    await device.fill('img src');
    const offered = page.getByRole('option').filter({ hasText: devices.scripted.id });
    await offered.getByText(script, { exact: true }).waitFor();
    await page.keyboard.press('Enter');
    await found(page, '1 device');
    expect(await device.inputValue()).toBe(script);
    await page.getByText(`is the device “${script}” (${devices.scripted.id})`).waitFor();
    await page.reload();
    await page.getByText(`is the device “${script}” (${devices.scripted.id})`).waitFor();
    expect(await page.evaluate('window.isTaken')).toBeUndefined();

    await page.getByRole('button', { name: 'Filter', exact: true }).click();
    await device.and(page.locator('[value^="<img"]')).waitFor();
    await device.fill('pump-no-longer');
    await page.getByText('No device matches. Enter takes it as an id.').waitFor();
    await page.keyboard.press('Enter');
    await page.getByText('No device has this id').waitFor();
    await page.getByRole('alert').getByText('There is no device pump-no-longer').first().waitFor();
    await expectAccessible(page);
    await device.fill('pump-south');
    await page.keyboard.press('Tab');
    await found(page, '1 device');
    await row(page, 'pump-south').waitFor();
  });

  it('are still offered once the server can be asked again', async () => {
    const page = await open('/p/farm/devices');
    await page.getByRole('button', { name: 'Filter', exact: true }).click();
    await page.getByRole('button', { name: 'Add condition' }).click();
    await page.getByLabel('Condition 1: what is asked for').selectOption('Device');
    const isSearch = (route: Route) => route.request().postDataJSON()?.search === 'winter';
    await page.route('**/devices/search', (route) => (isSearch(route) ? route.abort() : route.continue()));
    await page.getByRole('combobox', { name: 'Condition 1: device' }).fill('winter');
    await page.getByText('It is not known which devices match. The server cannot be reached.').waitFor();
    // A name must not become an id because nobody could be asked.
    await page.keyboard.press('Tab');
    await page.getByText('It is not known which device that is. The server cannot be reached.').waitFor();
    await page.unroute('**/devices/search');
    await page.getByRole('combobox', { name: 'Condition 1: device' }).click();
    await page.getByRole('option').filter({ hasText: 'pump-winter' }).click();
    await found(page, '1 device');
    await page.getByText(`is the device pump-winter (${devices.winter.id})`).waitFor();
  });

  it('are offered by all of their name, however many older ones have it in theirs', async () => {
    await server.request('POST', '/api/v2/projects', { body: { name: 'Cellar' } });
    const names = [...Array(60).keys()].map((place) => `lamp-1${place}`);
    for (const name of [...names, 'lamp-1'])
      await server.request('POST', '/api/v2/cellar/devices', { body: { name, group: 'Production' } });
    const page = await open('/p/cellar/devices');
    await page.getByRole('button', { name: 'Filter', exact: true }).click();
    await page.getByRole('button', { name: 'Add condition' }).click();
    await page.getByLabel('Condition 1: what is asked for').selectOption('Device');
    const device = page.getByRole('combobox', { name: 'Condition 1: device' });
    await device.click();
    await page.getByText('The first 10 devices: type to search.').waitFor();
    await device.fill('lamp-1');
    await page.getByText('More devices match: type more of the name.').waitFor();
    const offered = page.getByRole('listbox', { name: 'Devices' }).getByRole('option');
    expect(await offered.count()).toBe(10);
    await offered.first().getByText('lamp-1', { exact: true }).waitFor();
    await page.keyboard.press('Enter');
    await page.getByText(/is the device lamp-1 \(d-/).waitFor();
  });

  it('are found by a filter whose address shows somebody else the same', async () => {
    const page = await open('/p/farm/devices');
    await found(page, '6 devices');
    await page.getByRole('button', { name: 'Filter', exact: true }).click();
    await page.getByRole('button', { name: 'Add condition' }).click();
    await page.getByText('This condition does not count yet', { exact: false }).waitFor();
    await page.getByRole('combobox', { name: 'Condition 1: tag' }).fill('winter');
    await page.keyboard.press('Enter');
    await found(page, '1 device');
    await page.getByLabel('Condition 1: is or is not').selectOption('is not');
    await found(page, '5 devices');
    await page.getByRole('combobox', { name: 'In any of these groups' }).fill('North');
    await page.keyboard.press('Enter');
    await found(page, '1 device');
    await row(page, 'pump-north').waitFor();
    await page.getByText('in North, and does not have the tag winter').waitFor();

    const other = await open(page.url(), { role: 'viewer' });
    await found(other, '1 device');
    await row(other, 'pump-north').waitFor();
    await other.getByText('in North, and does not have the tag winter').waitFor();
  });

  it('are found by keyboard alone', async () => {
    const page = await open('/p/farm/devices');
    await found(page, '6 devices');
    await page.getByRole('button', { name: 'Filter', exact: true }).press('Enter');
    await page.getByRole('button', { name: 'Add condition' }).press('Enter');
    await page.locator('select:focus').waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.type('wint');
    await page.getByRole('option', { name: 'winter' }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await found(page, '1 device');
    await page.getByRole('button', { name: 'Remove condition 1' }).press('Enter');
    await found(page, '6 devices');
    await page.locator('button:focus', { hasText: 'Add condition' }).waitFor();
  });

  it('say what is wrong with a filter in an address, and with one that names what is not there', async () => {
    const wrong = JSON.stringify({ filters: [{ type: 'tag', operand: 'is', value: '' }] });
    const page = await open(`/p/farm/devices?filter=${encodeURIComponent(wrong)}`);
    await page.getByRole('alert').getByText('filters[0].value: must not be empty').waitFor();
    await page.goto('/p/farm/devices?filter=%7B%22gro');
    await page.getByRole('alert').getByText('not JSON').waitFor();
    await page.getByRole('button', { name: 'Show all devices' }).click();
    await found(page, '6 devices');

    const unknown = JSON.stringify({ filters: [{ type: 'tag', operand: 'is_not', value: 'wintre' }] });
    await page.goto(`/p/farm/devices?filter=${encodeURIComponent(unknown)}`);
    await page.getByRole('alert').filter({ hasText: 'There is no tag wintre in this project' }).waitFor();
    await page.getByRole('button', { name: 'Filter', exact: true }).click();
    const condition = page.getByRole('group', { name: 'Condition 1' });
    await condition.getByText('There is no tag wintre in this project').waitFor();
  });

  it('are found again by a saved filter, which another takes the place of, and which goes', async () => {
    const filter = JSON.stringify({ groups: [{ name: 'South' }] });
    const page = await open(`/p/farm/devices?filter=${encodeURIComponent(filter)}`);
    await found(page, '1 device');
    const menu = page.getByRole('button', { name: 'Saved filters' });
    await menu.click();
    await page.getByRole('menuitem', { name: 'Save this filter' }).click();
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Southern pumps');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByRole('button', { name: 'Southern pumps' }).waitFor();

    await page.goto('/p/farm/devices');
    await found(page, '6 devices');
    await menu.click();
    await page.getByRole('menuitem', { name: 'Southern pumps' }).click();
    await found(page, '1 device');

    await page.getByLabel('Search by name').fill('no such pump');
    await page.getByText('No device is like that').waitFor();
    await menu.click();
    await page.getByRole('menuitem', { name: 'Save this filter' }).click();
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Southern pumps');
    await page.getByRole('button', { name: 'Replace' }).click();
    await page.getByRole('button', { name: 'Southern pumps' }).click();
    await page.getByRole('menuitem', { name: 'Manage saved filters' }).click();
    await page.getByRole('button', { name: 'Delete' }).click();
    const question = page.getByRole('dialog', { name: 'Delete the filter Southern pumps?' });
    await question.getByRole('button', { name: 'Delete' }).click();
    await page.getByText('No filter is saved any more.').waitFor();
  });

  it('are tagged and moved, many at once', async () => {
    const page = await open('/p/farm/devices?search=pump');
    await row(page, 'pump-north').getByRole('checkbox').check();
    await row(page, 'pump-south').getByRole('checkbox').check();
    const picked = page.getByRole('region', { name: 'Picked devices' });
    await picked.getByText('2 devices picked').waitFor();
    await picked.getByRole('button', { name: 'Tags' }).click();
    const dialog = page.getByRole('dialog', { name: 'Tags of 2 devices' });
    await dialog.getByRole('combobox', { name: 'Add' }).fill('sumer');
    await page.keyboard.press('Enter');
    // A slip of the pen is seen: the tag would be made.
    await dialog.getByRole('button', { name: 'Create and change' }).waitFor();
    await dialog.getByText('New: sumer').waitFor();
    await dialog.getByRole('combobox', { name: 'Add' }).press('Backspace');
    await dialog.getByRole('combobox', { name: 'Add' }).fill('summer');
    await page.keyboard.press('Enter');
    await dialog.getByRole('button', { name: 'Change tags' }).click();
    await page.getByText('The tags of 2 devices are changed.').waitFor();
    await row(page, 'pump-south').getByText('summer').waitFor();
    const { tags } = await device(devices.north);
    expect(tags).toEqual(['summer']);
    const deploy = picked.getByRole('link', { name: 'Deploy' });
    expect(new URL((await deploy.getAttribute('href')) ?? '', server.url).searchParams.get('devices')).toBe(
      JSON.stringify([devices.north.id, devices.south.id]),
    );
  });

  it('are changed all that a filter selects, and deleted with how many they are', async () => {
    for (const name of ['spare-1', 'spare-2'])
      await fleet.call('POST', '/devices', { name, group: 'South', tags: ['summer'] });
    const filter = { groups: [{ name: 'South' }], filters: [{ type: 'tag', operand: 'is', value: 'summer' }] };
    const page = await open(`/p/farm/devices?filter=${encodeURIComponent(JSON.stringify(filter))}`);
    await row(page, 'spare-1').getByRole('checkbox').check();
    await page.getByRole('button', { name: 'Pick all 3 devices' }).click();
    const picked = page.getByRole('region', { name: 'Picked devices' });
    await picked.getByText('All 3 devices').waitFor();
    await picked.getByRole('button', { name: 'Group' }).click();
    const dialog = page.getByRole('dialog', { name: 'Move 3 devices to a group' });
    await dialog.getByRole('combobox', { name: 'Group' }).fill('Production');
    await dialog.getByRole('button', { name: 'Move', exact: true }).click();
    await page.getByText('3 devices moved to Production.').waitFor();
    await page.getByText('No device is like that').waitFor();

    await page.goto('/p/farm/devices?search=spare');
    await found(page, '2 devices');
    await page.getByLabel('Pick all that are loaded').check();
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    const question = page.getByRole('dialog', { name: 'Delete 2 devices?' });
    await question.getByText('2 devices will be gone from the project').waitFor();
    await question.getByRole('button', { name: 'Delete' }).click();
    await page.getByText('No device is like that').waitFor();
  });

  it('say why nothing happens: approval, the update trigger, and a device that is away', async () => {
    const page = await open('/p/farm/devices');
    await page.getByRole('button', { name: 'Needs approval 1' }).click();
    await found(page, '1 device');
    await page.getByRole('link', { name: 'pump-waiting' }).click();
    const why = page.getByRole('region', { name: /^(Why is it not updating\?|About to update|Ready for updates)$/ });
    const approval = why.getByRole('listitem').filter({ hasText: 'The device awaits approval' });
    await approval.getByRole('button', { name: 'Approve' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Approve' }).click();
    await why.getByText('The device is approved').waitFor();

    await page.goto('/p/farm/devices');
    await page.getByRole('button', { name: 'Update trigger on 1' }).click();
    await page.getByRole('link', { name: 'pump-held' }).click();
    await fleet.deployTo([devices.held]);
    await why.getByRole('status').filter({ hasText: 'The update trigger of the device is on' }).waitFor();
    await page.getByRole('heading', { name: 'Why is it not updating?' }).waitFor();
    await why.getByRole('listitem').getByRole('button', { name: 'Allow updates' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Allow updates' }).click();
    await page.getByRole('radio', { name: 'Takes updates as they come', checked: true }).waitFor();
    await why.getByText('The update trigger of the device is off: it holds nothing back').waitFor();
    await expect.poll(() => why.getByRole('button').count()).toBe(0);
    await page.locator('h1:focus').waitFor();

    await page.goto(`/p/farm/devices/${devices.winter.id}`);
    await page.getByRole('heading', { name: 'Ready for updates' }).waitFor();
    await fleet.deployTo([devices.winter]);
    await page.getByRole('heading', { name: 'About to update' }).waitFor();
    await why.getByRole('link', { name: /^plain v1/ }).waitFor();
    await leave(devices.winter);
    await page.goto(`/p/farm/devices/${devices.winter.id}`);
    await page.getByText('Offline').first().waitFor();
    await why.getByRole('listitem').filter({ hasText: 'Connection' }).getByLabel('Holds the update back:').waitFor();
    const updates = page.getByRole('region', { name: 'Updates' });
    await updates.getByText('Pending').waitFor();
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('dialog').getByText('It has 1 open update: they end as aborted.').waitFor();
  });

  it('lead from a paused deployment that holds one back to where it is resumed', async () => {
    const device = await fleet.joinDevice('pump-paused');
    const deployment = await fleet.deployTo([device]);
    await server.request('POST', `/api/v2/farm/deployments/${deployment}/pause`);
    const page = await open(`/p/farm/devices/${device.id}`);
    const why = page.getByRole('region', { name: 'Why is it not updating?' });
    await why.getByRole('listitem').getByRole('link', { name: 'Open the paused deployment' }).click();
    await page.getByRole('heading', { level: 1, name: deployment }).waitFor();
    await page.getByRole('button', { name: 'Resume' }).waitFor();
    await server.request('POST', `/api/v2/farm/deployments/${deployment}/abort`);
  });

  it('say whether one takes new updates as a choice, and change that only after a yes', async () => {
    const device = await fleet.joinDevice('pump-choice');
    const page = await open(`/p/farm/devices/${device.id}`, { width: 375 });
    const takes = page.getByRole('radio', { name: 'Takes updates as they come' });
    const waits = page.getByRole('radio', { name: 'Takes no new update' });
    expect(await takes.isChecked()).toBe(true);
    await takes.focus();
    await page.keyboard.press('ArrowDown');
    const dialog = page.getByRole('dialog', { name: 'Hold back updates from pump-choice?' });
    await expectAccessible(page);
    // What others do meanwhile does not turn the question round.
    const turn = async (update_trigger: string, choice: string) => {
      await server.request('PATCH', `/api/v2/farm/devices/${device.id}`, { body: { update_trigger } });
      await page
        .getByRole('radio', { name: choice, checked: true, includeHidden: true })
        .waitFor({ state: 'attached' });
      await dialog.waitFor();
    };
    await turn('on', 'Takes no new update');
    await turn('off', 'Takes updates as they come');
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect([await takes.isChecked(), await waits.isChecked()]).toEqual([true, false]);
    await waits.click();
    await dialog.getByRole('button', { name: 'Hold back updates' }).click();
    await page.getByRole('radio', { name: 'Takes no new update', checked: true }).waitFor();
    await dialog.waitFor({ state: 'detached' });
    await expectAccessible(page);
    await expectNoSideScroll(page);
  });

  it('show what a device says while it is at an update', async () => {
    const deployment = await fleet.deployTo([devices.south]);
    const plan = await devices.south.next();
    const { update_id } = plan ?? { update_id: '' };
    const text = `${script}\nsecond line\n`;
    await devices.south.say({ type: 'log', update_id, attempt: 1, offset: 0, text });
    const page = await open(`/p/farm/devices/${devices.south.id}`);
    const running = page.getByRole('region', { name: 'Update in progress' });
    await running
      .getByRole('link', { name: / v1 dp-/ })
      .filter({ hasText: deployment })
      .waitFor();
    await running.getByRole('log').filter({ hasText: 'second line' }).waitFor();
    await devices.south.say({ type: 'log', update_id, attempt: 1, offset: text.length, text: 'third line\n' });
    await running.getByRole('log').filter({ hasText: 'third line' }).waitFor();
    await devices.south.report({ update_id, seq: 1, event: 'failed', reason: 'step_failed', message: script });
    await running.waitFor({ state: 'detached' });
    const updates = page.getByRole('region', { name: 'Updates' });
    await updates.getByText(script).waitFor();
    await updates.getByRole('link').filter({ hasText: deployment }).click();
    await page.waitForURL(`**/p/farm/deployments/${deployment}?device=${devices.south.id}`);
    expect(await page.evaluate('window.isTaken')).toBeUndefined();
  });

  it('show scripts in names, tags and attributes as the texts that they are', async () => {
    const page = await open('/p/farm/devices');
    await page.getByRole('link', { name: script }).click();
    await page.getByRole('heading', { name: script, level: 1 }).waitFor();
    await page.getByRole('region', { name: 'Device', exact: true }).getByText(script).first().waitFor();
    await page.getByRole('region', { name: 'Attributes' }).getByText(script).waitFor();
    expect(await page.evaluate('window.isTaken')).toBeUndefined();
  });

  it('are edited, and get a new key by a token that is shown once', async () => {
    const page = await open(`/p/farm/devices/${devices.north.id}`);
    await page.getByRole('region', { name: 'Apps' }).getByText('the device says that irrigation is v2').waitFor();
    await page.getByRole('button', { name: 'Edit' }).click();
    const dialog = page.getByRole('dialog', { name: 'Edit pump-north' });
    await dialog.getByLabel('Version of app 1').fill('');
    await dialog.getByLabel('Description').fill('beside the gate');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByRole('alert').filter({ hasText: 'must not be empty' }).waitFor();
    await dialog.getByLabel('Version of app 1').fill('v2');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('region', { name: 'Device', exact: true }).getByText('beside the gate').waitFor();
    expect(await device(devices.north)).toMatchObject({ apps: [{ name: 'irrigation', version: 'v2' }], drift: [] });

    await page.getByRole('button', { name: 'Drop key' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Drop key' }).click();
    const token = page.getByRole('dialog', { name: 'Claim token of pump-north' });
    await token.getByText(/^twc_/).waitFor();
    await token.getByRole('button', { name: 'I have copied it' }).click();
    await token.waitFor({ state: 'detached' });
  });

  it('keep what others change of one while somebody edits it', async () => {
    await fleet.call('PATCH', `/devices/${devices.south.id}`, { group: 'South' });
    const page = await open(`/p/farm/devices/${devices.south.id}`);
    const facts = page.getByRole('region', { name: 'Device', exact: true });
    await facts.getByRole('link', { name: 'South' }).waitFor();
    await page.getByRole('button', { name: 'Edit' }).click();
    const dialog = page.getByRole('dialog', { name: 'Edit pump-south' });
    await dialog.getByLabel('Description').fill('behind the barn');
    await fleet.call('PATCH', `/devices/${devices.south.id}`, { group: 'North' });
    await facts.getByRole('link', { name: 'North', includeHidden: true }).waitFor();
    // A slip beside the dialog loses nothing.
    await page.mouse.click(5, 5);
    await dialog.getByRole('button', { name: 'Save' }).click();
    await facts.getByText('behind the barn').waitFor();
    expect(await device(devices.south)).toMatchObject({ group: 'North', description: 'behind the barn' });
    await fleet.call('PATCH', `/devices/${devices.south.id}`, { group: 'South' });
  });

  it('say by which condition a filter does not select one of them', async () => {
    const page = await open(`/p/farm/devices/${devices.winter.id}`);
    const section = page.getByRole('region', { name: 'Why is it not selected?' });
    await section.getByRole('button', { name: 'Try a filter' }).click();
    await section.getByText('A deployment with this filter selects the device.').waitFor();
    await section.getByRole('button', { name: 'Add condition' }).click();
    await section.getByRole('combobox', { name: 'Condition 1: tag' }).fill('summer');
    await page.keyboard.press('Enter');
    await section.getByText('A deployment with this filter does not select it.').waitFor();
    await section.getByRole('listitem').filter({ hasText: 'the tag summer' }).getByLabel('Not met:').waitFor();
  });

  it('offer a viewer no changes', async () => {
    const page = await open('/p/farm/devices', { role: 'viewer' });
    await row(page, 'pump-winter').waitFor();
    expect(await page.getByRole('checkbox').count()).toBe(0);
    expect(await page.getByRole('link', { name: 'Register device' }).count()).toBe(0);
    await page.getByRole('link', { name: 'pump-winter' }).click();
    await page.getByRole('heading', { name: 'pump-winter' }).waitFor();
    await page.getByRole('region', { name: 'Why is it not updating?' }).getByRole('status').waitFor();
    const names = /^(Edit|Delete|Approve|Drop key|Deploy|Allow updates)$/;
    expect(await page.getByRole('radio').count()).toBe(0);
    expect(await page.getByRole('main').getByRole('button', { name: names }).count()).toBe(0);
    expect(await page.getByRole('main').getByRole('link', { name: names }).count()).toBe(0);
  });

  it('say of one that is not there, and of none at all, what to do', async () => {
    const page = await open('/p/farm/devices/d-0000-0000');
    await page.getByText('There is no such device in this project').waitFor();
    await page.getByRole('link', { name: 'All devices' }).click();
    await row(page, 'pump-winter').waitFor();
    await server.request('POST', '/api/v2/projects', { body: { name: 'Barn' } });
    await page.goto('/p/barn/devices');
    await page.getByText('There is no device yet').waitFor();
  });

  it.each([1440, 375])('are to be used by everybody at %i px', async (width) => {
    const page = await open('/p/farm/devices', { width });
    await row(page, 'pump-winter').waitFor();
    await page.getByRole('button', { name: 'Filter', exact: true }).click();
    await page.getByRole('button', { name: 'Add condition' }).click();
    await page.getByLabel('Condition 1: what is asked for').selectOption('Deployment');
    await row(page, 'pump-winter').getByRole('checkbox').check();
    await expectAccessible(page);
    expect(await overflow(page)).toBe(0);
    await page.getByRole('link', { name: 'pump-winter' }).click();
    await page.getByRole('region', { name: 'Updates' }).getByRole('listitem').first().waitFor();
    await expectAccessible(page);
    expect(await overflow(page)).toBe(0);
  });

  it('are found among a hundred thousand, with few rows drawn', async () => {
    await insertDevices(server, { project: 'Many', count: 100_000 });
    const page = await open('/p/many/devices');
    await found(page, '100,000 devices');
    const rows = page.getByRole('row');
    await page
      .getByRole('row', { name: /device-1\b/ })
      .first()
      .focus();
    await page.keyboard.press('End');
    await page.locator('[data-index="499"]:focus').waitFor();
    await expect.poll(() => listHeight(page)).toBeGreaterThan(500 * 40);
    await page.keyboard.press('End');
    await page.locator('[data-index="999"]:focus').waitFor();
    expect(await rows.count()).toBeLessThan(60);
    await page.mouse.move(700, 500);
    await page.mouse.wheel(0, -20_000);
    await page.locator('[data-index="492"]').waitFor();
    // The row with the focus is gone: it stays in the table, and goes on from where it was.
    await page.locator('[role=grid]:focus').waitFor();
    await page.keyboard.press('ArrowUp');
    await page.locator('[data-index="998"]:focus').waitFor();
    // Thrown about it shows names alone, and all of a row once it rests.
    await page.mouse.wheel(0, -20_000);
    await page.mouse.wheel(0, -15_000);
    await page.locator('[data-index="120"]').getByText('Offline').waitFor();
    await page.getByLabel('Search by name').fill('device-98765');
    await found(page, '1 device');
    await page.getByRole('link', { name: 'device-98765' }).click();
    await page.getByRole('heading', { name: 'device-98765' }).waitFor();
  });

  it('are picked at the end of what is loaded, before the end is drawn', async () => {
    await insertDevices(server, { project: 'Far', count: 600 });
    const page = await open('/p/far/devices');
    await found(page, '600 devices');
    await page.getByRole('row', { name: /device-1\b/ }).focus();
    await page.evaluate(`for (const key of ['End', ' '])
      document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }))`);
    await page.getByText('1 device picked').waitFor();
    await page.locator('[data-index="499"]:focus').getByRole('checkbox', { checked: true }).waitFor();
  });

  it('are approved many at once, and leave the long list of those that await it', async () => {
    await insertDevices(server, { project: 'Gate', count: 1200, needsApproval: true });
    const page = await open('/p/gate/devices?attention=needs_approval');
    await found(page, '1,200 devices');
    await page.getByRole('row', { name: /device-1\b/ }).focus();
    await page.keyboard.press('End');
    await page.locator('[data-index="499"]:focus').waitFor();
    await expect.poll(() => listHeight(page)).toBe(1000 * 40);
    await page.getByLabel('Pick all that are loaded').check();
    await page.getByText('1,000 devices picked').waitFor();
    await page.getByRole('button', { name: 'Approve', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: 'Approve 1,000 devices?' });
    await dialog.getByRole('button', { name: 'Approve' }).click();
    await found(page, '200 devices');
    await row(page, 'device-1200').waitFor();
    expect(await listHeight(page)).toBe(200 * 40);
  });

  it('are picked where the eye is, also when one above has gone meanwhile', async () => {
    await server.request('POST', '/api/v2/projects', { body: { name: 'Shed' } });
    const made: { id: string; name: string }[] = [];
    for (const name of ['first', 'second', 'third', 'fourth']) {
      made.push((await server.request('POST', '/api/v2/shed/devices', { body: { name, group: 'Production' } })).body);
    }
    const page = await open('/p/shed/devices');
    const rows = page.getByRole('row').filter({ has: page.getByRole('link') });
    await rows.nth(3).waitFor();
    const names = await page.getByRole('row').getByRole('link').allInnerTexts();
    await rows.nth(2).focus();
    const top = made.find(({ name }) => name === names[0]);
    await server.request('DELETE', `/api/v2/shed/devices/${top?.id}`);
    await row(page, names[0] ?? '').waitFor({ state: 'detached' });
    await page.keyboard.press('Space');
    await page.getByText('1 device picked').waitFor();
    expect(
      await row(page, names[2] ?? '')
        .getByRole('checkbox')
        .isChecked(),
    ).toBe(true);
    await page.keyboard.press('ArrowUp');
    await row(page, names[1] ?? '')
      .and(page.locator(':focus'))
      .waitFor();
  });

  async function device({ id }: ScriptedDevice) {
    return (await server.request('GET', `${fleet.path}/devices/${id}`)).body;
  }

  /** The device is away, as if it had said nothing for an hour. */
  async function leave({ id }: ScriptedDevice): Promise<void> {
    await execute(
      server.db,
      sql`update device_presence set last_contact_at = tideway_now() - interval '1 hour',
                 online_until = tideway_now() - interval '50 minutes'
          where device_id = (select id from device where public_id = ${id})`,
    );
  }
});

/** The height in pixels of all rows of a list that are loaded. */
function listHeight(page: Page): Promise<number> {
  return page.evaluate<number>("document.querySelector('[role=rowgroup]').clientHeight");
}

/** How many pixels the page is wider than the window. */
function overflow(page: Page): Promise<number> {
  return page.evaluate<number>('Math.max(0, document.documentElement.scrollWidth - window.innerWidth)');
}

type ManyDevices = { project: string; count: number; needsApproval?: boolean };

/** A project with so many devices that no page may draw or read them all, written past the doors. */
async function insertDevices(server: TestServer, many: ManyDevices): Promise<void> {
  const { project, count, needsApproval = false } = many;
  const key = project.toLowerCase();
  await server.request('POST', '/api/v2/projects', { body: { name: project } });
  await execute(
    server.db,
    sql`insert into device (public_id, project_id, group_id, name, description, public_key, agent_version, os, arch,
                            attributes, joined_at, needs_approval)
        select ${key}::text || '-' || n, p.id, (select g.id from device_group g where g.project_id = p.id), 'device-' || n, '',
               rpad(md5(${key}::text || n), 43, 'k'), '1.0.0', 'linux', 'arm64', '{}', tideway_now(), ${needsApproval}
        from project p, generate_series(1, ${count}::int) n where p.key = ${key}`,
  );
}
