import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { expectAccessible, expectNoSideScroll, hasBrowser, type OpenOptions } from './browser.ts';
import { focusedName } from './keyboard.ts';
import { deploymentShown, deployTo, field, searchOf, useNewDeployment } from './new-deployment-stage.ts';

describe.skipIf(!hasBrowser)('the devices of a new deployment', () => {
  const { orders, open, newestDeployment, countDeployments } = useNewDeployment();

  it('are not known while a condition does not count yet, and nothing is deployed', async () => {
    const before = await countDeployments();
    const page = await openForAll();
    await page.getByRole('button', { name: 'Add condition' }).click();
    await missing(page, 'condition 1 is not complete').waitFor();
    expect(await page.getByRole('group', { name: 'curl line' }).count()).toBe(0);
    await deployNothing(page);
    await alert(page, 'Condition 1 is not complete').waitFor();
    expect(await focusedName(page)).toBe('Condition 1: tag');

    await page.keyboard.type("Anna's");
    await missing(page, 'condition 1 does not count yet').waitFor();
    await deployNothing(page);
    await alert(page, 'Condition 1 does not count yet').waitFor();
    expect(await focusedName(page)).toBe('Condition 1: tag');
    expect(await page.getByRole('group', { name: 'command line' }).count()).toBe(0);
    await expectAccessible(page);
    expect(await countDeployments()).toBe(before);

    await page.keyboard.press('Enter');
    await page.getByRole('group', { name: 'command line' }).getByText('--tag').waitFor();
    await deployTo(page, '1 device').click();
    const id = await deploymentShown(page);
    expect(await newestDeployment()).toMatchObject({ id, devices: 1 });
  });

  it('are not known while a group is typed and does not count yet', async () => {
    const page = await openForAll();
    await page.getByRole('combobox', { name: 'In any of these groups' }).click();
    await page.keyboard.type('Nort');
    await missing(page, 'the group that is typed does not count yet').waitFor();
    await deployNothing(page);
    await alert(page, 'The group that is typed does not count yet').waitFor();
    expect(await focusedName(page)).toBe('In any of these groups');
    await page.keyboard.type('h');
    await page.keyboard.press('Tab');
    await deployTo(page, '1 device').waitFor();
  });

  it('are as they were once a condition that is not complete is gone again', async () => {
    const page = await openForAll();
    await page.getByRole('button', { name: 'Add condition' }).click();
    await page.getByRole('combobox', { name: 'Condition 1: tag' }).fill('half a na');
    await missing(page, 'condition 1 does not count yet').waitFor();
    await page.getByLabel('Condition 1: what is asked for').selectOption('App');
    await missing(page, 'condition 1 is not complete').waitFor();
    await page.getByRole('button', { name: 'Remove condition 1' }).click();
    await deployTo(page, '3 devices').waitFor();
  });

  it('are all of the project only for who has said so', async () => {
    const before = await countDeployments();
    const page = await openForAll();
    await deployTo(page, '3 devices').click();
    const dialog = page.getByRole('dialog', { name: 'Deploy to all 3 devices of Pumps?' });
    await dialog.getByText('every device of the project gets the update').waitFor();
    await expectAccessible(page);
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await dialog.waitFor({ state: 'detached' });
    expect(await countDeployments()).toBe(before);

    await deployTo(page, '3 devices').click();
    await dialog.getByRole('button', { name: 'Deploy to all' }).click();
    const id = await deploymentShown(page);
    expect(await newestDeployment()).toMatchObject({ id, devices: 3 });
    expect(await countDeployments()).toBe(before + 1);
  });

  it('are taken from a saved filter, all of which an order can ask for', async () => {
    const filters = [{ type: 'tag', operand: 'is', value: "Anna's" }];
    for (const [name, rest] of Object.entries({ Annas: {}, 'Annas pumps': { search: 'pump' } })) {
      await orders.fleet.call('POST', '/saved-filters', { name, device_filter: { filters }, ...rest });
    }
    const page = await openForAll();
    await page.getByRole('button', { name: 'Saved filters' }).click();
    const searching = page.getByRole('menuitem', { name: 'Annas pumps' });
    await searching.getByText('Asks for more than a filter, which no deployment takes').waitFor();
    expect(await searching.isDisabled()).toBe(true);
    await page.getByRole('menuitem', { name: 'Annas', exact: true }).click();
    await deployTo(page, '1 device').waitFor();
    await page.getByRole('button', { name: 'Annas', exact: true }).waitFor();
    expect(await page.getByRole('combobox', { name: 'Condition 1: tag' }).inputValue()).toBe("Anna's");
    await expectAccessible(page);
  });

  it('are picked by name, one after the other, by keyboard on a phone', async () => {
    const page = await openForAll({ width: 375, height: 812 });
    await addDevice(page).focus();
    await page.keyboard.type('pump-');
    await option(page, 'pump-1').and(page.locator('[data-combobox-selected]')).waitFor();
    await option(page, 'pump-2').getByText('Online').waitFor();
    await option(page, 'pump-2').getByText(orders.devices.two.id).waitFor();
    await page.getByRole('status').getByText('3 devices match').waitFor();
    await expectAccessible(page);
    await expectNoSideScroll(page);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await picked(page).getByText('pump-2').waitFor();
    // All of a name is enough, before anything is offered.
    await page.keyboard.type('PUMP-3');
    await page.keyboard.press('Enter');
    await picked(page).getByText('pump-3').waitFor();
    await page.getByRole('region', { name: '2. Devices' }).getByText('2 picked devices').waitFor();
    await page.getByRole('listbox', { name: 'Devices' }).waitFor({ state: 'hidden' });
    await page.keyboard.type('pump-2');
    await option(page, 'pump-2').getByText('Picked').waitFor();
    await page.keyboard.press('Enter');
    await page.getByText('pump-2 is picked already').waitFor();
    expect(await focusedName(page)).toBe('Add device');
    await deployTo(page, '2 devices').waitFor();

    await page.reload();
    await picked(page).getByText('pump-3').waitFor();
    await expectAccessible(page);
    await deployTo(page, '2 devices').click();
    const id = await deploymentShown(page);
    expect(await newestDeployment()).toMatchObject({ id, devices: 2 });
  });

  it('are not known while something is typed that names none of them', async () => {
    const before = await countDeployments();
    const page = await openForAll();
    await addDevice(page).focus();
    for (const [text, words] of [
      ['pump', 'Choose a device of the list.'],
      ['pump-9', 'No device has this name or id.'],
    ] as const) {
      await addDevice(page).fill(text);
      await page.keyboard.press('Tab');
      await page.getByText(words).waitFor();
      await missing(page, 'the device that is typed is none yet').waitFor();
      await deployNothing(page);
      expect(await focusedName(page)).toBe('Add device');
    }
    expect(await countDeployments()).toBe(before);
    await addDevice(page).fill('');
    await deployTo(page, '3 devices').waitFor();

    await addDevice(page).fill(orders.devices.one.id);
    await page.keyboard.press('Tab');
    await deployTo(page, '1 device').waitFor();
    await page.getByRole('button', { name: 'Leave out pump-1' }).click();
    await deployTo(page, '3 devices').waitFor();
    expect(await focusedName(page)).toBe('Add device');
  });

  it('keep a condition that is not complete where one is picked', async () => {
    const page = await openForAll();
    await page.getByRole('button', { name: 'Add condition' }).click();
    await missing(page, 'condition 1 is not complete').waitFor();
    await addDevice(page).fill('pump-1');
    await page.keyboard.press('Tab');
    await picked(page).getByText('pump-1').waitFor();
    await missing(page, 'condition 1 is not complete').waitFor();
    await page.getByRole('button', { name: 'Remove condition 1' }).click();
    await deployTo(page, '1 device').waitFor();

    await page.getByRole('button', { name: 'Choose by a filter instead' }).click();
    await deployTo(page, '3 devices').waitFor();
    await expect.poll(() => focusedName(page)).toMatch(/^(Saved filters|In any of these groups)$/);
  });

  it('are picked where a filter wants one device to be two', async () => {
    const { one, two } = orders.devices;
    const filters = [one, two].map(({ id }) => ({ type: 'specific_device', operand: 'is', value: id }));
    const page = await open(searchOf({ flow: orders.flowId, filter: { filters } }));
    await field(page, 'version').fill('1.1.0');
    await page.getByText('No device is two devices at once: all conditions have to be met.').waitFor();
    await page.getByRole('button', { name: 'Pick these 2 devices instead' }).click();
    await picked(page).getByText('pump-1').waitFor();
    await picked(page).getByText('pump-2').waitFor();
    await expect.poll(() => focusedName(page)).toBe('Add device');
    await deployTo(page, '2 devices').waitFor();
  });

  /** The page with an order that is complete, and goes to all devices. */
  async function openForAll(options: OpenOptions = {}): Promise<Page> {
    const page = await open(searchOf({ flow: orders.flowId }), options);
    await field(page, 'version').fill('1.1.0');
    await deployTo(page, '3 devices').waitFor();
    return page;
  }
});

/** What the end of the page says that is missing. */
function missing(page: Page, text: string) {
  return page.getByRole('region', { name: '5. Review and deploy' }).getByRole('listitem').filter({ hasText: text });
}

function addDevice(page: Page) {
  return page.getByRole('combobox', { name: 'Add device' });
}

function option(page: Page, name: string) {
  return page.getByRole('option').filter({ hasText: name });
}

function picked(page: Page) {
  return page.getByRole('list', { name: 'Picked devices' });
}

function alert(page: Page, text: string) {
  return page.getByRole('alert').filter({ hasText: text });
}

async function deployNothing(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Deploy', exact: true }).click();
}
