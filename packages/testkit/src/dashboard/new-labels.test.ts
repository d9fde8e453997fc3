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

  /** Calls that make a group or a tag, as they are sent. */
  function watchMaking(page: Page): string[] {
    const made: string[] = [];
    page.on('request', (request) => {
      if (request.method() === 'POST' && /\/(groups|tags)$/.test(request.url())) made.push(request.postData() ?? '');
    });
    return made;
  }

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
