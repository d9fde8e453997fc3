import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { expectAccessible, hasBrowser } from './browser.ts';
import { focusedName, tabTo } from './keyboard.ts';
import { deploymentShown, deployTo, field, lineOf, searchOf, useNewDeployment } from './new-deployment-stage.ts';

describe.skipIf(!hasBrowser)('a new deployment in the dashboard', () => {
  const { orders, open, newestDeployment, countDeployments } = useNewDeployment();
  const inNorth = () => searchOf({ flow: orders.flowId, filter: { groups: [{ name: 'North' }] } });

  it('is made by mouse from the flow to its success on a device', async () => {
    const page = await open();
    await page.getByRole('combobox', { name: 'Update flow' }).click();
    await page.getByRole('option', { name: 'release' }).click();
    await page.getByText('Version 1 will be deployed').waitFor();
    await page.getByText('Before this can be deployed').waitFor();
    await page.getByRole('combobox', { name: 'In any of these groups' }).click();
    await page.getByRole('option', { name: 'North' }).click();
    await page.getByRole('status', { name: 'Selected devices' }).getByText('1 device', { exact: true }).waitFor();
    await field(page, 'version').fill('1.1.0');
    await field(page, 'password').fill('hunter2');
    await page.getByLabel('Configuration for the devices').fill('{ "log_level": "info" }');
    await page.getByRole('combobox', { name: 'App', exact: true }).click();
    await page.getByRole('option', { name: 'irrigation' }).click();
    await page.getByRole('combobox', { name: 'App version' }).fill('1.1.0');
    await field(page, 'Comment').fill('valve fix');
    await field(page, 'Expires in').fill('7d');
    await field(page, 'Failure limit').fill('10%');
    await deployTo(page, '1 device').waitFor();
    await page.getByText('11 bytes, by all of them together').waitFor();
    expect(await page.getByRole('definition').filter({ hasText: '***' }).count()).toBe(1);
    await expectAccessible(page);
    await deployTo(page, '1 device').click();

    const id = await deploymentShown(page);
    expect(await newestDeployment()).toMatchObject({
      id,
      flow: { id: orders.flowId, version: 1 },
      app: { name: 'irrigation', version: '1.1.0' },
      comment: 'valve fix',
      device_filter: { groups: [{ name: 'North' }], filters: [] },
      parameters: { version: '1.1.0', password: '***' },
      configuration: { log_level: 'info' },
      devices: 1,
      max_failures: '10%',
    });
    await orders.devices.one.next();
    await orders.devices.one.report({ update_id: id, seq: 1, event: 'succeeded' });
    expect(await newestDeployment()).toMatchObject({ counts: { success: 1 } });
  });

  it('is made by keyboard alone', async () => {
    const page = await open(searchOf({ devices: [orders.devices.one.id, orders.devices.three.id] }));
    await page.getByText('2 picked devices').waitFor();
    // What is still missing is listed by the same name.
    await page.getByRole('combobox', { name: 'Update flow' }).waitFor();
    await tabTo(page, 'Update flow');
    await page.keyboard.type('rel');
    await page.getByRole('option', { name: 'release' }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.getByText('Version 1 will be deployed').waitFor();
    await tabTo(page, 'Leave out pump-3');
    await page.keyboard.press('Enter');
    await page.getByText('1 picked device', { exact: true }).waitFor();
    await tabTo(page, 'version');
    await page.keyboard.type('1.1.0');
    await deployTo(page, '1 device').waitFor();
    await tabTo(page, 'Deploy to 1 device');
    await page.keyboard.press('Enter');
    const id = await deploymentShown(page);
    expect(await newestDeployment()).toMatchObject({ id, device_filter: { device_ids: [orders.devices.one.id] } });
  });

  it('says at its field what a flow does not take, before and after the server has looked', async () => {
    const page = await open(inNorth());
    await field(page, 'version').waitFor();
    await page.getByRole('button', { name: 'Deploy', exact: true }).click();
    await page.getByText('Needs a value').first().waitFor();
    expect(await focusedName(page)).toBe('version');
    await field(page, 'version').fill('1.1');
    await page.getByText('Must match the pattern [0-9]', { exact: false }).first().waitFor();
    await field(page, 'version').fill('9.9.9');
    const refused = 'The flow needs the artifact app/9.9.9/app.bin, which does not exist';
    await expect.poll(() => field(page, 'version').getAttribute('aria-invalid')).toBe('true');
    await expect.poll(() => describedBy(page, 'version')).toContain(refused);
    await field(page, 'Expires in').fill('soon');
    await page.getByText('Must be a duration such as 90s').first().waitFor();
    await page.getByLabel('Configuration for the devices').fill('[1]');
    await page.getByText('Must be a JSON object').first().waitFor();
    await page.getByLabel('Begins at').fill('2020-01-31T04:00');
    await page.getByText('That is 2020-01-31 03:00:00 UTC.', { exact: false }).waitFor();
    await field(page, 'Expires in').fill('7d');
    await page.getByLabel('Configuration for the devices').fill('');
    await expect.poll(() => describedBy(page, 'Begins at')).toContain('must be in the future');
    await expectAccessible(page);
    await page.getByLabel('Begins at').fill('');
    await field(page, 'version').fill('1.1.0');
    await deployTo(page, '1 device').waitFor();
  });

  it('to no device is refused with a way on, and to one that lacks something with a warning', async () => {
    const before = await countDeployments();
    const page = await open(searchOf({ flow: orders.flowId, filter: { groups: [{ name: 'Empty' }] } }));
    await field(page, 'version').fill('1.1.0');
    await page.getByText('No device matches at this moment.').waitFor();
    await page.getByText('A deployment to no device is refused').waitFor();
    await page.getByText('nothing was deployed', { exact: false }).waitFor();
    await page.getByRole('button', { name: 'Deploy', exact: true }).click();
    expect(await countDeployments()).toBe(before);
    await page.getByRole('combobox', { name: 'In any of these groups' }).press('Backspace');
    await deployTo(page, '3 devices').waitFor();
    await page.getByText('1 of 3 is offline: it begins when it comes back.').waitFor();
    await page.getByText('The deployment goes to every device of the project.').waitFor();
    await page.getByText('1 device would fail: pump-2. This agent does not support steps of type files.').waitFor();
  });

  it('is for the picked devices, of which one that is gone can be left out', async () => {
    const page = await open(
      searchOf({ flow: orders.flowId, devices: [orders.devices.one.id, 'd-0000-0000', orders.devices.three.id] }),
    );
    await page.getByRole('button', { name: 'Leave it out' }).click();
    await page.getByText('pump-1').first().waitFor();
    await page.getByText('pump-3').first().waitFor();
    await field(page, 'version').fill('1.1.0');
    await deployTo(page, '2 devices').waitFor();
    const sent = await lineOf(page, 'curl line');
    expect(sent).toContain('/api/v2/pumps/deployments');
    await page.getByRole('button', { name: 'Choose by a filter instead' }).click();
    await deployTo(page, '3 devices').waitFor();
  });

  it('calls only what was filled in done, and lists at its end all that was set', async () => {
    const page = await open(searchOf({ flow: orders.flowId, filter: { groups: [{ name: 'North' }] } }));
    const steps = page.getByRole('navigation', { name: 'Steps' });
    const marked = (word: string) =>
      steps.getByRole('button').filter({ has: page.getByRole('img', { name: word, exact: true }) });
    await marked('done').nth(1).waitFor();
    await marked('nothing set').getByText('App, schedule and limits').waitFor();
    await field(page, 'version').fill('1.1.0');
    await field(page, 'Comment').fill('valve fix');
    await field(page, 'Failure limit').fill('10%');
    await page.getByLabel('Configuration for the devices').fill('{ "log_level": "debug" }');
    await page.getByLabel('Begins at').fill('2090-01-31T04:00');
    await deployTo(page, '1 device').waitFor();
    await marked('ready').getByText('Review and deploy').waitFor();
    expect(await marked('done').count()).toBe(4);
    const review = page.getByRole('region', { name: '5. Review and deploy' });
    const facts = await review.locator('dl').innerText();
    for (const text of ['valve fix', '10%', '"log_level": "debug"', '31 Jan 2090', 'in North']) {
      expect(facts).toContain(text);
    }
    await page.getByRole('link', { name: 'Create an access token' }).waitFor();
    await expectAccessible(page);
  });

  it('is not for viewers, who are told who may', async () => {
    const page = await open(inNorth(), { role: 'viewer' });
    await page.getByText('Operators deploy').waitFor();
    expect(await page.getByRole('button', { name: 'Deploy' }).count()).toBe(0);
    await expectAccessible(page);
  });

  it('fits a telephone', async () => {
    const page = await open(searchOf({ flow: orders.flowId, devices: [orders.devices.one.id] }), {
      width: 375,
      height: 812,
    });
    await field(page, 'version').fill('1.1.0');
    await deployTo(page, '1 device').waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(375);
    await expectAccessible(page);
  });
});

/** What is said of a field, as its error. */
async function describedBy(page: Page, name: string): Promise<string> {
  const ids = (await page.getByLabel(name, { exact: false }).first().getAttribute('aria-describedby')) ?? '';
  return page.evaluate(
    `${JSON.stringify(ids)}.split(' ').map((id) => document.getElementById(id)?.textContent).join(' ')`,
  );
}
