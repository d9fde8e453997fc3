import { execute } from '@tideway/server';
import { sql } from 'kysely';
import type { Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type DeviceFleet, makeDeviceFleet } from '../fixtures/device-fleet.ts';
import { startTestServer, type TestServer } from '../test-server.ts';
import { type DashboardPage, dashboardFiles, hasBrowser, useBrowser } from './browser.ts';

describe.skipIf(!hasBrowser)('names that are made for a change of devices', () => {
  const browser = useBrowser();
  const opened: DashboardPage[] = [];
  let server: TestServer;
  let fleet: DeviceFleet;

  beforeAll(async () => {
    server = await startTestServer({ dashboardFiles });
    fleet = await makeDeviceFleet(server, 'Farm');
    await fleet.call('POST', '/tags', { name: 'winter' });
  });

  afterEach(async () => {
    for (const { faults, close } of opened.splice(0)) {
      expect(faults).toEqual([]);
      await close();
    }
  });

  afterAll(() => server.stop());

  async function open(path: string): Promise<Page> {
    const one = await browser.open(server);
    opened.push(one);
    await one.goTo(path);
    return one.page;
  }

  async function openDialog(page: Page, name: string, verb: 'Tags' | 'Group'): Promise<Locator> {
    await page.getByRole('row').filter({ hasText: name }).getByRole('checkbox').check();
    await page.getByRole('region', { name: 'Picked devices' }).getByRole('button', { name: verb }).click();
    return page.getByRole('dialog');
  }

  async function makeDevice(name: string): Promise<string> {
    return ((await fleet.call('POST', '/devices', { name, group: 'Production' })) as { id: string }).id;
  }

  async function namesOf(plural: 'groups' | 'tags'): Promise<string[]> {
    const { items } = (await fleet.call('GET', `/${plural}?limit=1000`)) as { items: { name: string }[] };
    return items.map(({ name }) => name);
  }

  /** Calls that make a group or a tag, as they are sent. */
  function watchMaking(page: Page): string[] {
    const made: string[] = [];
    page.on('request', (request) => {
      if (request.method() === 'POST' && /\/(groups|tags)$/.test(request.url())) made.push(request.postData() ?? '');
    });
    return made;
  }

  /** Deletes a device just before the change of it reaches the server. */
  async function deleteBefore(page: Page, call: { method: string; path: string }, id: string): Promise<void> {
    await page.route(call.path, async (route) => {
      if (route.request().method() === call.method) await fleet.call('DELETE', `/devices/${id}`);
      await route.continue();
    });
  }

  it('are not even made where another one that is to be removed is not there', async () => {
    await makeDevice('pump-slip');
    const page = await open('/p/farm/devices');
    const made = watchMaking(page);
    const dialog = await openDialog(page, 'pump-slip', 'Tags');
    await dialog.getByRole('combobox', { name: 'Add' }).fill('canary');
    await dialog.getByRole('combobox', { name: 'Remove' }).fill('wintre');
    await dialog.getByRole('button', { name: 'Create and change' }).click();
    await dialog.getByText('There is no tag wintre in this project').waitFor();
    expect(await dialog.getByRole('combobox', { name: 'Remove' }).getAttribute('aria-invalid')).toBe('true');
    expect(made).toEqual([]);
    await dialog.getByRole('combobox', { name: 'Remove' }).fill('winter');
    await dialog.getByRole('button', { name: 'Create and change' }).click();
    await page.getByText('The tags of 1 device are changed.').waitFor();
    expect(await namesOf('tags')).toContain('canary');
  });

  it('are not even made where an app that the device is to carry is not there', async () => {
    const page = await open(`/p/farm/devices/${await makeDevice('pump-app')}`);
    const made = watchMaking(page);
    await page.getByRole('button', { name: 'Edit' }).click();
    const dialog = page.getByRole('dialog', { name: 'Edit pump-app' });
    await dialog.getByRole('combobox', { name: 'Group' }).fill('Attic');
    await dialog.getByRole('button', { name: 'Add app' }).click();
    await dialog.getByRole('combobox', { name: 'App 1' }).fill('irigation');
    await dialog.getByLabel('Version of app 1').fill('1.0');
    await dialog.getByText('New: Attic').waitFor();
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByText('There is no app irigation in this project').waitFor();
    expect(made).toEqual([]);
  });

  it('go again where the server refuses the change of many devices', async () => {
    for (const verb of ['Tags', 'Group'] as const) {
      const id = await makeDevice(`pump-${verb}`);
      const page = await open('/p/farm/devices');
      const made = watchMaking(page);
      const dialog = await openDialog(page, `pump-${verb}`, verb);
      await deleteBefore(page, { method: 'POST', path: '**/devices/bulk' }, id);
      await dialog.getByRole('combobox', { name: verb === 'Tags' ? 'Add' : 'Group' }).fill('Loft');
      await dialog.getByText('New: Loft').waitFor();
      await dialog.getByRole('button', { name: /^Create and/ }).click();
      await dialog.getByText(`There is no device ${id} in this project`).waitFor();
      expect(made).toEqual(['{"name":"Loft"}']);
      expect([...(await namesOf('tags')), ...(await namesOf('groups'))]).not.toContain('Loft');
    }
  });

  it('go again, group and tag, where the server refuses the change of one device', async () => {
    const id = await makeDevice('pump-one');
    const page = await open(`/p/farm/devices/${id}`);
    const made = watchMaking(page);
    await page.getByRole('button', { name: 'Edit' }).click();
    const dialog = page.getByRole('dialog', { name: 'Edit pump-one' });
    await dialog.getByRole('combobox', { name: 'Group' }).fill('Cellar');
    await dialog.getByRole('combobox', { name: 'Tags' }).fill('damp');
    await dialog.getByText('New: damp').waitFor();
    await deleteBefore(page, { method: 'PATCH', path: `**/devices/${id}` }, id);
    const gone = ['/groups/Cellar', '/tags/damp'].map((path) =>
      page.waitForResponse((answer) => answer.request().method() === 'DELETE' && answer.url().endsWith(path)),
    );
    await dialog.getByRole('button', { name: 'Save' }).click();
    await Promise.all(gone);
    expect(made).toEqual(['{"name":"Cellar"}', '{"name":"damp"}']);
    expect(await namesOf('groups')).toEqual(['Production']);
    expect(await namesOf('tags')).not.toContain('damp');
  });

  it('are said to stay where they cannot be deleted again', async () => {
    const id = await makeDevice('pump-left');
    const page = await open('/p/farm/devices');
    const dialog = await openDialog(page, 'pump-left', 'Tags');
    await deleteBefore(page, { method: 'POST', path: '**/devices/bulk' }, id);
    await page.route('**/tags/stays', (route) => route.abort());
    await dialog.getByRole('combobox', { name: 'Add' }).fill('stays');
    await dialog.getByRole('button', { name: 'Create and change' }).click();
    await page.getByText('The tag stays was made for a change that did not go through').waitFor();
    await dialog.getByText(`There is no device ${id} in this project`).waitFor();
  });

  it('are none where Enter takes a group that is there, which moves nothing before a second Enter', async () => {
    for (const name of ['Far North', 'North']) await fleet.call('POST', '/groups', { name });
    const id = await makeDevice('pump-north');
    const page = await open('/p/farm/devices');
    const made = watchMaking(page);
    const dialog = await openDialog(page, 'pump-north', 'Group');
    const field = dialog.getByRole('combobox', { name: 'Group' });
    const option = (name: string) => page.getByRole('option', { name, exact: true });
    await field.pressSequentially('nort');
    await option('Create “nort”').waitFor();
    await page.locator('[role=option][data-combobox-selected]').getByText('North', { exact: true }).waitFor();
    await page.keyboard.press('Enter');
    await option('North').waitFor({ state: 'detached' });
    expect(await field.inputValue()).toBe('North');
    expect(await fleet.call('GET', `/devices/${id}`)).toMatchObject({ group: 'Production' });
    await page.keyboard.press('Enter');
    await page.getByText('1 device moved to North.').waitFor();
    expect(made).toEqual([]);
  });

  it('are made by the second Enter, and not by the one that takes them from the list', async () => {
    const id = await makeDevice('pump-shed');
    const page = await open('/p/farm/devices');
    const made = watchMaking(page);
    const dialog = await openDialog(page, 'pump-shed', 'Group');
    const field = dialog.getByRole('combobox', { name: 'Group' });
    await field.pressSequentially('Shed');
    await page.getByRole('option', { name: 'Create “Shed”' }).waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('option').first().waitFor({ state: 'detached' });
    await dialog.getByText('New: Shed').waitFor();
    expect(made).toEqual([]);
    await page.keyboard.press('Enter');
    await page.getByText('1 device moved to Shed.').waitFor();
    expect(made).toEqual(['{"name":"Shed"}']);
    expect(await fleet.call('GET', `/devices/${id}`)).toMatchObject({ group: 'Shed' });
  });

  it('are none where Enter takes the first tag that is like what is typed, also as a device is edited', async () => {
    const page = await open(`/p/farm/devices/${await makeDevice('pump-cold')}`);
    const made = watchMaking(page);
    await page.getByRole('button', { name: 'Edit' }).click();
    const dialog = page.getByRole('dialog', { name: 'Edit pump-cold' });
    await dialog.getByRole('combobox', { name: 'Tags' }).pressSequentially('WINT');
    await page.getByRole('option', { name: 'Create “WINT”' }).waitFor();
    await page.keyboard.press('Enter');
    expect(await dialog.getByRole('combobox', { name: 'Tags' }).inputValue()).toBe('');
    const group = dialog.getByRole('combobox', { name: 'Group' });
    await group.fill('prod');
    await page.getByRole('option', { name: 'Create “prod”' }).waitFor();
    await page.keyboard.press('Enter');
    expect(await group.inputValue()).toBe('Production');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByText('pump-cold is changed.').waitFor();
    expect(made).toEqual([]);
    await page.getByText('winter').first().waitFor();
  });

  // The last one: it leaves more tags than a page holds.
  it('are none where there are more names than the browser knows, and one beyond is given as it is', async () => {
    const id = await makeDevice('pump-many');
    await execute(
      server.db,
      sql`insert into tag (project_id, name)
          select p.id, 'a-' || n from project p, generate_series(1, 1000) n where p.key = 'farm'`,
    );
    await fleet.call('POST', '/tags', { name: 'zebra' });
    const page = await open('/p/farm/devices');
    const made = watchMaking(page);
    const dialog = await openDialog(page, 'pump-many', 'Tags');
    const add = dialog.getByRole('combobox', { name: 'Add' });
    await add.click();
    await page.getByRole('option', { name: 'a-1', exact: true }).waitFor();
    await add.fill('zebras');
    await dialog.getByRole('button', { name: 'Change tags' }).click();
    await dialog.getByText('There is no tag zebras in this project').waitFor();
    await add.fill('zebra');
    expect(await dialog.getByText('New: ').count()).toBe(0);
    await dialog.getByRole('button', { name: 'Change tags' }).click();
    await page.getByText('The tags of 1 device are changed.').waitFor();
    expect(made).toEqual([]);
    expect(await fleet.call('GET', `/devices/${id}`)).toMatchObject({ tags: ['zebra'] });
  });
});
