import type { StatusCounts } from '@tideway/protocol';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DeviceFleet, makeDeviceFleet } from '../fixtures/device-fleet.ts';
import type { ScriptedDevice } from '../scripted-device.ts';
import { startTestServer, type TestServer } from '../test-server.ts';
import { dashboardFiles, expectAccessible, hasBrowser, useBrowser } from './browser.ts';
import { bar, updateRow } from './deployment-parts.ts';

const browser = useBrowser();
let server: TestServer;
let fleet: DeviceFleet;

beforeAll(async () => {
  server = await startTestServer({ dashboardFiles, pollAfterS: 60 });
  fleet = await makeDeviceFleet(server, 'Barns');
});

afterAll(() => server.stop());

describe.skipIf(!hasBrowser)('the list of deployments', () => {
  it('says what a deployment is where there is none, and is live once there are some', async () => {
    const { page, goTo, faults, close } = await browser.open(server);
    await goTo('/p/barns/deployments');
    await page.getByText('Nothing was deployed yet').waitFor();
    await page.getByRole('link', { name: 'New deployment' }).waitFor();
    await expectAccessible(page);
    await page.getByText('Live', { exact: true }).waitFor();

    const [first, second] = [await fleet.joinDevice('lamp-1'), await fleet.joinDevice('lamp-2')];
    const id = await fleet.deployTo([first, second], { app: { name: 'irrigation', version: 'v7' } });
    const row = page.getByRole('row').filter({ hasText: id });
    await bar(row, { pending: 2 }).waitFor();
    await row.getByText('Waiting').waitFor();
    await row.getByText('irrigation v7').waitFor();
    await first.next();
    await bar(row, { pending: 1, in_progress: 1 }).waitFor();
    await first.report({ update_id: id, seq: 1, event: 'succeeded' });
    await bar(row, { pending: 1, success: 1 }).waitFor();
    await second.next();
    await second.report({ update_id: id, seq: 1, event: 'failed', reason: 'step_failed', step: 0 });
    await bar(row, { success: 1, failed: 1 }).waitFor();
    await row.getByText('Finished, 1 failed').waitFor();
    await row.getByText('1 of 2 succeeded, 1 failed').waitFor();
    await expectAccessible(page);
    await row.getByText('irrigation v7').click();
    await page.getByRole('heading', { name: id }).waitFor();
    expect(faults).toEqual([]);
    await close();
  });

  it('is narrowed by what stands in its address', async () => {
    const device = await fleet.joinDevice();
    const paused = await fleet.deployTo([device]);
    await fleet.call('POST', `/deployments/${paused}/pause`);
    const running = await fleet.deployTo([device]);
    const { page, goTo, close } = await browser.open(server);
    await goTo('/p/barns/deployments');
    await page.getByRole('link', { name: running }).waitFor();
    await page.getByRole('combobox', { name: 'State' }).click();
    await page.getByRole('option', { name: 'Paused' }).click();
    await page.getByRole('link', { name: running }).waitFor({ state: 'detached' });
    await page.getByRole('link', { name: paused }).waitFor();
    expect(new URL(page.url()).searchParams.get('state')).toBe('paused');

    await page.getByRole('searchbox', { name: 'Search deployments' }).fill('nothing like it');
    await page.getByText('No deployment is like that').waitFor();
    await page.getByRole('button', { name: 'Show all deployments' }).click();
    await page.getByRole('link', { name: running }).waitFor();
    // An address that was typed by hand, or is older than the page.
    await goTo(`/p/barns/deployments?state=strange&search=${running}`);
    await page.getByRole('link', { name: running }).waitFor();
    await page.getByRole('link', { name: paused }).waitFor({ state: 'detached' });
    await close();
  });
});

describe.skipIf(!hasBrowser)('a deployment', () => {
  it('is seen alike by two who watch it, at every moment', async () => {
    const devices = await joinDevices('field', 3);
    const id = await fleet.deployTo(devices);
    const watching = [await browser.open(server), await browser.open(server, { role: 'viewer', colorScheme: 'dark' })];
    const see = async (counts: Partial<StatusCounts>) => {
      for (const { page } of watching) await bar(page.getByRole('main'), counts).waitFor();
    };
    for (const { goTo } of watching) await goTo(`/p/barns/deployments/${id}`);
    await see({ pending: 3 });
    for (const [index, device] of devices.entries()) {
      await device.next();
      await see({ pending: 2 - index, in_progress: 1, success: index });
      await device.report({ update_id: id, seq: 1, event: 'step_started', step: 1 });
      for (const { page } of watching)
        await updateRow(page, `field-${index + 1}`)
          .getByText('second')
          .first()
          .waitFor();
      await device.report({ update_id: id, seq: 2, event: 'succeeded' });
      await see({ pending: 2 - index, success: index + 1 });
    }
    for (const { page } of watching) {
      await page.getByRole('main').getByText('Finished').first().waitFor();
      await page.getByRole('row').filter({ hasText: 'Success' }).nth(2).waitFor();
    }
    for (const { faults, close } of watching) {
      expect(faults).toEqual([]);
      await close();
    }
  });

  it('that failed says where and why, with output that is only text, and is tried again with success', async () => {
    const [good, bad] = [await fleet.joinDevice('pump-1'), await fleet.joinDevice('pump-2')];
    const id = await fleet.deployTo([good, bad]);
    await succeed(good, id);
    const message = '<b>no water</b> <script>window.taken = 1</script>';
    const output = `first line\n<img src=x onerror="window.taken = 1">\u001b[31mred\u0007\n`;
    await bad.next();
    await bad.report({ update_id: id, seq: 1, event: 'step_succeeded', step: 0, exit_code: 0 });
    await bad.report({ update_id: id, seq: 2, event: 'step_started', step: 1 });
    await bad.say({ type: 'log', update_id: id, attempt: 1, offset: 0, text: output });
    const failed = { step: 1, exit_code: 3, message };
    await bad.report({ update_id: id, seq: 3, event: 'step_failed', ...failed });
    const undone = [{ step: 'first', done: false, message: 'the disk is full' }];
    await bad.report({ update_id: id, seq: 4, event: 'failed', reason: 'step_failed', undone, ...failed });

    const { page, goTo, faults, close } = await browser.open(server);
    await goTo(`/p/barns/deployments/${id}`);
    const failures = page.getByRole('region', { name: 'Failures' });
    await failures.getByText('second').waitFor();
    await failures.getByText(message).waitFor();
    await page.getByRole('img', { name: /2 of 2 updates have ended, 1 of them with success, 1 failed/ }).waitFor();
    await expectAccessible(page);

    await failures.getByRole('link', { name: '1 device' }).click();
    await page.getByText(`Those that failed at “second”: ${message}`).waitFor();
    await updateRow(page, 'pump-1').waitFor({ state: 'detached' });
    await updateRow(page, 'pump-2').getByRole('link', { name: 'pump-2' }).click();
    const panel = page.getByRole('dialog', { name: 'Update of one device' });
    await panel.getByText('Failed, exit code 3').waitFor();
    await panel.getByText('first: could not be done, the disk is full').waitFor();
    const shown = await panel.getByRole('log', { name: 'Output of the update' }).textContent();
    expect(shown).toContain('<img src=x onerror="window.taken = 1">');
    expect(await page.evaluate('window.taken')).toBe(undefined);
    expect(new URL(page.url()).searchParams.get('device')).toBe(bad.id);
    await expectAccessible(page);
    await page.keyboard.press('Escape');
    await panel.waitFor({ state: 'detached' });

    await page.getByRole('button', { name: 'Retry' }).click();
    const dialog = page.getByRole('dialog', { name: `Retry ${id}?` });
    await dialog.getByText('up to 1 device').waitFor();
    // What is told goes away by itself.
    const told = page.getByText('Deployed once more to 1 device').waitFor();
    await Promise.all([told, dialog.getByRole('button', { name: 'Retry' }).click()]);
    await page.getByText(`A retry of ${id}`).waitFor();
    const retried = new URL(page.url()).pathname.split('/').at(-1) ?? '';
    expect(retried).not.toBe(id);
    await succeed(bad, retried);
    await bar(page.getByRole('main'), { success: 1 }).waitFor();
    await page.getByRole('main').getByText('Finished').first().waitFor();
    expect(faults).toEqual([]);
    await close();
  });

  it('is paused and goes on, and its abort says to how many devices it does what, and ends it', async () => {
    const [working, waiting] = [await fleet.joinDevice('valve-1'), await fleet.joinDevice('valve-2')];
    const id = await fleet.deployTo([working, waiting, ...(await joinDevices('hose', 2))]);
    await working.next();
    const { page, goTo, faults, close } = await browser.open(server);
    await goTo(`/p/barns/deployments/${id}`);
    const main = page.getByRole('main');

    await confirm(page, 'Pause', ['3 devices wait until you resume', '1 device at work goes on']);
    await main.getByText(/^Paused .*No device begins any more/).waitFor();
    await updateRow(page, 'valve-2').getByText('The deployment is paused').waitFor();
    await updateRow(page, 'valve-2').getByRole('link', { name: 'valve-2' }).click();
    const panel = page.getByRole('dialog', { name: 'Update of one device' });
    const paused = panel
      .getByRole('list', { name: 'What the update has to pass' })
      .getByRole('listitem')
      .filter({ has: page.getByText('Pause', { exact: true }) });
    await paused.getByRole('button', { name: 'Resume' }).click();
    const question = page.getByRole('dialog', { name: `Resume ${id}?` });
    await question.getByText('3 devices may begin').waitFor();
    await question.getByRole('button', { name: 'Cancel' }).click();
    await question.waitFor({ state: 'detached' });
    await expectAccessible(page);
    await confirm(page, 'Abort', ['1 pending update ends at once'], panel);
    await panel.getByText('Why is it not updating?').waitFor({ state: 'detached' });
    await page.keyboard.press('Escape');
    await bar(main, { pending: 2, in_progress: 1, aborted: 1 }).waitFor();
    expect(await waiting.next()).toBe(null);

    await confirm(page, 'Resume', ['2 devices may begin']);
    await main.getByText('Running', { exact: true }).waitFor();
    const told = page.getByText('2 updates ended. 1 device asked to stop.').waitFor();
    const aborted = confirm(page, 'Abort', [
      '2 pending updates end at once',
      '1 device at work is asked to stop, and has 15 min',
    ]);
    await Promise.all([told, aborted]);
    await bar(main, { in_progress: 1, aborted: 3 }).waitFor();
    await updateRow(page, 'valve-1')
      .getByText(/^Asked to stop/)
      .waitFor();
    await working.report({ update_id: id, seq: 1, event: 'stopped' });
    await bar(main, { aborted: 4 }).waitFor();
    await main.getByText('Finished').first().waitFor();
    await page.getByRole('button', { name: 'Abort' }).waitFor({ state: 'detached' });
    expect(faults).toEqual([]);
    await close();
  });

  it('offers nothing to who may only look, and fits on a small screen', async () => {
    const devices = await joinDevices('small', 2);
    const id = await fleet.deployTo(devices);
    const { page, goTo, faults, close } = await browser.open(server, { role: 'viewer', width: 375, height: 812 });
    await goTo(`/p/barns/deployments/${id}`);
    await updateRow(page, 'small-2').getByRole('link', { name: 'small-2' }).waitFor();
    for (const name of ['Abort', 'Pause', 'Retry']) expect(await page.getByRole('button', { name }).count()).toBe(0);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(375);
    await expectAccessible(page);
    await updateRow(page, 'small-2').getByRole('link', { name: 'small-2' }).click();
    const panel = page.getByRole('dialog', { name: 'Update of one device' });
    await panel.getByText('Why is it not updating?').waitFor();
    expect(await panel.getByRole('button', { name: 'Abort' }).count()).toBe(0);
    await page.keyboard.press('Escape');
    await goTo('/p/barns/deployments');
    await page.getByRole('link', { name: id }).waitFor();
    expect(await page.getByRole('link', { name: 'New deployment' }).count()).toBe(0);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(375);
    const row = page.getByRole('row').filter({ hasText: id });
    for (const text of ['plain v1', 'Waiting', '0 of 2 succeeded']) await row.getByText(text).waitFor();
    await row.getByText('plain v1').click();
    for (const text of ['Pending 2', 'Failed 0', 'Aborted 0']) {
      const box = await page.getByRole('radiogroup', { name: 'Status' }).getByText(text).boundingBox();
      expect((box?.x ?? 375) + (box?.width ?? 0)).toBeLessThanOrEqual(375);
    }
    await updateRow(page, 'small-2').getByText('The device is offline').click();
    await panel.waitFor();
    expect(faults).toEqual([]);
    await close();
  });

  it('that does not exist is said to be none', async () => {
    const { page, goTo, close } = await browser.open(server);
    await goTo('/p/barns/deployments/dp-none-none');
    await page.getByText('There is no such deployment in this project').waitFor();
    await page.getByRole('link', { name: 'All deployments' }).waitFor();
    await page.getByRole('banner').getByRole('status').waitFor({ state: 'detached' });
    expect(await page.getByText('Connection lost').count()).toBe(0);
    await expectAccessible(page);
    await page.getByRole('link', { name: 'All deployments' }).click();
    await page.getByText('Live', { exact: true }).waitFor();
    await close();
  });

  it('is read also where the browser believes that it has no network, because the server may be near', async () => {
    const id = await fleet.deployTo(await joinDevices('near', 1));
    const { page, goTo, faults, close } = await browser.open(server);
    await goTo('/p/barns/devices');
    await page.getByRole('grid').waitFor();
    await page.evaluate("window.dispatchEvent(new Event('offline'))");
    await page.getByRole('link', { name: 'Deployments' }).click();
    await page.getByRole('link', { name: id }).click();
    await page.getByRole('heading', { name: id }).waitFor();
    await bar(page.getByRole('main'), { pending: 1 }).waitFor();
    expect(faults).toEqual([]);
    await close();
  });

  it('is right again after the server was gone while somebody watched', async () => {
    const [first, second] = [await fleet.joinDevice('mast-1'), await fleet.joinDevice('mast-2')];
    const id = await fleet.deployTo([first, second]);
    const before = await startTestServer({ dashboardFiles }, server);
    const { page, goTo, faults, close } = await browser.open(before);
    await goTo(`/p/barns/deployments/${id}`);
    const main = page.getByRole('main');
    await bar(main, { pending: 2 }).waitFor();
    await page.getByText('Live', { exact: true }).waitFor();

    await before.stop();
    await page.getByText('Connection lost').waitFor();
    await succeed(first, id);
    await second.next();
    await second.report({ update_id: id, seq: 1, event: 'step_started', step: 1 });
    const after = await startTestServer({ dashboardFiles, port: Number(new URL(before.url).port) }, server);
    await page.getByText('Live', { exact: true }).waitFor();
    await bar(main, { in_progress: 1, success: 1 }).waitFor();
    await updateRow(page, 'mast-2').getByText('second').first().waitFor();
    await second.report({ update_id: id, seq: 2, event: 'succeeded' });
    await bar(main, { success: 2 }).waitFor();
    expect(faults.filter((fault) => !/EventSource|ERR_/.test(fault))).toEqual([]);
    await close();
    await after.stop();
  });
});

/** Presses a button that asks back, and says yes once it has said all this. */
async function confirm(page: Page, verb: string, saying: string[], within: Locator | Page = page): Promise<void> {
  await within.getByRole('button', { name: verb, exact: true }).click();
  const dialog = page.getByRole('dialog', { name: new RegExp(`^${verb} .*\\?$`) });
  for (const words of saying) await dialog.getByText(words).waitFor();
  await dialog.getByRole('button', { name: verb, exact: true }).click();
  await dialog.waitFor({ state: 'detached' });
}

async function joinDevices(name: string, count: number): Promise<ScriptedDevice[]> {
  const devices: ScriptedDevice[] = [];
  for (let number = 1; number <= count; number += 1) devices.push(await fleet.joinDevice(`${name}-${number}`));
  return devices;
}

async function succeed(device: ScriptedDevice | undefined, id: string): Promise<void> {
  await device?.next();
  await device?.report({ update_id: id, seq: 1, event: 'succeeded' });
}
