import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DeviceFleet, makeDeviceFleet } from '../fixtures/device-fleet.ts';
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

describe.skipIf(!hasBrowser)('the updates of a deployment', () => {
  it('say of one that is at work that its device is away', async () => {
    const device = await fleet.joinDevice('far-away');
    const id = await fleet.deployTo([device]);
    await device.next();
    const { page, goTo, faults, close } = await browser.open(server);
    await goTo(`/p/barns/deployments/${id}`);
    const row = updateRow(page, 'far-away');
    await row.getByText('Started').waitFor();
    expect(await row.getByText(/Offline/).count()).toBe(0);
    await row.getByRole('link', { name: 'far-away' }).click();
    const panel = page.getByRole('dialog', { name: 'Update of one device' });
    await panel.getByText('In progress').waitFor();
    expect(await panel.getByText('The device is offline').count()).toBe(0);
    await server.shiftClock('1 hour');
    await panel.getByText(/The device is offline; it was last here at .+ It goes on once it is back/).waitFor();
    await expectAccessible(page);
    await page.keyboard.press('Escape');
    await panel.waitFor({ state: 'detached' });
    await row.getByText(/^Offline, last here .+\. Started$/).waitFor();
    await expectAccessible(page);
    await server.shiftClock('0 hours');
    await device.hello();
    await row.getByText(/Offline/).waitFor({ state: 'detached' });
    expect(faults).toEqual([]);
    await close();
  });

  it('are drawn in a chart that goes on with the clock while an update is open and the page is in sight', async () => {
    const device = await fleet.joinDevice('slow');
    const id = await fleet.deployTo([device]);
    await device.next();
    const { page, goTo, faults, close } = await browser.open(server);
    await page.clock.install();
    await goTo(`/p/barns/deployments/${id}`);
    const chart = page.getByRole('img', { name: /^From .+ updates have ended/ });
    const words = async () => (await chart.getAttribute('aria-label')) ?? '';
    await bar(page.getByRole('main'), { in_progress: 1 }).waitFor();
    const first = await words();
    await page.clock.fastForward(60_000);
    await expect.poll(words).not.toBe(first);

    await page.evaluate(setSight('hidden'));
    // What is no longer told goes on in steps of the browser's own clock.
    await page.clock.runFor(1);
    const hidden = await words();
    await page.clock.fastForward(60_000);
    expect(await words()).toBe(hidden);
    await page.evaluate(setSight('visible'));
    await expect.poll(words).not.toBe(hidden);

    await device.report({ update_id: id, seq: 1, event: 'succeeded' });
    await page.getByRole('main').getByText('Finished').first().waitFor();
    await page.getByRole('img', { name: /1 of 1 updates have ended/ }).waitFor();
    const end = await words();
    await page.clock.fastForward(60_000);
    expect(await words()).toBe(end);
    expect(faults).toEqual([]);
    await close();
  });

  it('that wait name the update that goes first, and lead to it', async () => {
    const device = await fleet.joinDevice('busy-1');
    await device.hello();
    const first = await fleet.deployTo([device]);
    await device.next();
    const second = await fleet.deployTo([device]);
    const { page, goTo, faults, close } = await browser.open(server);
    await goTo(`/p/barns/devices/${device.id}`);
    await page.getByRole('region', { name: 'Updating' }).getByText('The device has been at it').waitFor();
    await goTo(`/p/barns/deployments/${second}?device=${device.id}`);
    const panel = page.getByRole('dialog', { name: 'Update of one device' });
    await panel.getByText(`The device is at the update of ${first}`).first().waitFor();
    expect(await page.getByRole('main').getByText('Running').count()).toBe(0);
    await expectAccessible(page);
    await panel.getByRole('link', { name: 'Look at that update' }).click();
    await page.waitForURL((url) => url.pathname.endsWith(first));
    await panel.getByText('Steps').waitFor();
    expect(faults).toEqual([]);
    await close();
  });

  it('that were aborted say in which step they were stopped, and call none failed', async () => {
    const device = await fleet.joinDevice('stopped-1');
    const id = await fleet.deployTo([device]);
    await device.next();
    await device.report({ update_id: id, seq: 1, event: 'step_started', step: 0 });
    await fleet.call('POST', `/deployments/${id}/abort`);
    await device.report({ update_id: id, seq: 2, event: 'step_failed', step: 0, message: 'It was stopped.' });
    await device.report({ update_id: id, seq: 3, event: 'stopped', step: 0 });
    const { page, goTo, faults, close } = await browser.open(server);
    await goTo(`/p/barns/deployments/${id}?device=${device.id}`);
    const panel = page.getByRole('dialog', { name: 'Update of one device' });
    await panel.getByText('Stopped in step').waitFor();
    await panel
      .getByRole('list', { name: 'Steps' })
      .getByText(/^Stopped/)
      .waitFor();
    expect(await panel.getByText(/failed/i).count()).toBe(0);
    expect(faults).toEqual([]);
    await close();
  });

  it('are shown but for their chart where that cannot be loaded, and with it once it can', async () => {
    const device = await fleet.joinDevice('charted');
    const id = await fleet.deployTo([device]);
    const { page, goTo, faults, close } = await browser.open(server);
    await page.route('**/assets/progress-chart-*', (route) => route.abort());
    await goTo(`/p/barns/deployments/${id}`);
    const alert = page.getByRole('alert').filter({ hasText: 'A part of this page could not be loaded' });
    const shown = await alert.elementHandle();
    await page.waitForEvent('requestfailed');
    expect(await shown?.isVisible()).toBe(true);
    await device.next();
    await bar(page.getByRole('main'), { in_progress: 1 }).waitFor();
    await page.unroute('**/assets/progress-chart-*');
    const drawn = page.locator('.u-over');
    await drawn.waitFor();
    expect(await page.evaluate("getComputedStyle(document.querySelector('.u-over')).position")).toBe('absolute');
    expect(await alert.count()).toBe(0);
    expect(faults).toEqual([]);
    await close();
  });
});

/** As when somebody goes to another tab, or comes back. */
function setSight(state: 'hidden' | 'visible'): string {
  return `Object.defineProperty(document, 'visibilityState', { value: '${state}', configurable: true });
    document.dispatchEvent(new Event('visibilitychange'))`;
}
