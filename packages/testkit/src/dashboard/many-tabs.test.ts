import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DeviceFleet, makeDeviceFleet } from '../fixtures/device-fleet.ts';
import { startTestServer, type TestServer } from '../test-server.ts';
import { dashboardFiles, hasBrowser, useBrowser } from './browser.ts';

/** As many connections as a browser has to one server without TLS, for all its tabs. */
const connections = 6;

describe.skipIf(!hasBrowser)('many tabs of the dashboard', () => {
  const browser = useBrowser();
  let server: TestServer;
  let fleet: DeviceFleet;

  beforeAll(async () => {
    server = await startTestServer({ dashboardFiles });
    fleet = await makeDeviceFleet(server, 'Greenhouses');
  });

  afterAll(() => server.stop());

  it('leave the connections to the one that is looked at, and are up to date when they are shown again', async () => {
    const { page: first, faults, close } = await browser.open(server);
    const context = first.context();
    const tabs = [first, ...(await Promise.all(Array.from({ length: connections - 1 }, () => context.newPage())))];
    for (const tab of tabs) {
      await tab.clock.install();
      await tab.goto('/p/greenhouses/deployments');
      await tab.getByRole('status').getByText('Live').waitFor();
    }
    for (const tab of tabs) await show(tab, 'hidden');
    for (const tab of tabs) await tab.clock.fastForward(20_000);

    const last = await context.newPage();
    await last.goto('/p/greenhouses/deployments');
    await last.getByRole('status').getByText('Live').waitFor();
    const device = await fleet.joinDevice('pump-1');
    const deployment = await fleet.deployTo([device]);
    await last.getByRole('link', { name: deployment }).waitFor();
    expect(await first.getByRole('link', { name: deployment }).count()).toBe(0);

    await first.evaluate(noteWords);
    await show(first, 'visible');
    await first.getByRole('link', { name: deployment }).waitFor();
    await first.getByRole('status').getByText('Live').waitFor();
    expect(await first.evaluate('window.saidOfStream.join()')).not.toContain('Connection lost');
    expect(faults).toEqual([]);
    await close();
  });

  it('keep their stream while another one is looked at for a moment', async () => {
    const { page, goTo, faults, close } = await browser.open(server);
    let streams = 0;
    page.on('request', (request) => {
      if (request.url().endsWith('/events')) streams += 1;
    });
    await page.clock.install();
    await goTo('/p/greenhouses/deployments');
    await page.getByRole('status').getByText('Live').waitFor();
    await show(page, 'hidden');
    await page.clock.fastForward(5_000);
    await show(page, 'visible');
    await page.clock.fastForward(60_000);
    const deployment = await fleet.deployTo([await fleet.joinDevice('pump-2')]);
    await page.getByRole('link', { name: deployment }).waitFor();
    expect(streams).toBe(1);
    expect(faults).toEqual([]);
    await close();
  });

  it('that are opened out of sight follow nothing before they are shown', async () => {
    const { page, goTo, faults, close } = await browser.open(server);
    await page.addInitScript(
      "Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true })",
    );
    let streams = 0;
    page.on('request', (request) => {
      if (request.url().endsWith('/events')) streams += 1;
    });
    await goTo('/p/greenhouses/deployments');
    await page.getByRole('heading', { level: 1, name: 'Deployments' }).waitFor();
    await page.getByRole('grid', { name: 'Deployments' }).waitFor();
    expect(streams).toBe(0);
    await show(page, 'visible');
    await page.getByRole('status').getByText('Live').waitFor();
    expect(faults).toEqual([]);
    await close();
  });
});

/** What a browser does where a tab comes to the front or leaves it; one without a window shows all of its tabs. */
async function show(page: Page, state: 'visible' | 'hidden'): Promise<void> {
  await page.evaluate(`
    Object.defineProperty(document, 'visibilityState', { value: '${state}', configurable: true });
    document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
  `);
}

/** Keeps all that the mark of the stream says from now on. */
const noteWords = `
  window.saidOfStream = [];
  new MutationObserver(() => window.saidOfStream.push(document.querySelector('header').innerText))
    .observe(document.querySelector('header'), { subtree: true, childList: true, characterData: true });
`;
