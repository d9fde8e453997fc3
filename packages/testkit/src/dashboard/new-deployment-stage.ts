import type { Deployment } from '@tideway/protocol';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { type DeviceFleet, makeDeviceFleet } from '../fixtures/device-fleet.ts';
import type { ScriptedDevice } from '../scripted-device.ts';
import { startTestServer, type TestServer } from '../test-server.ts';
import { type DashboardPage, dashboardFiles, type OpenOptions, useBrowser } from './browser.ts';

/** A flow that asks for values of all kinds, and for an artifact. */
export const releaseFlow = `flows:
  release:
    description: Brings the program of the pumps.
    inputs:
      version: { description: Version of the program, required: true, pattern: '[0-9]+\\.[0-9]+\\.[0-9]+' }
      channel: { default: stable }
      password: { secret: true, default: hush }
    steps:
      - { name: Fetch, uses: tideway/files, with: { artifact: 'app/\${{ inputs.version }}/app.bin', path: /opt/app } }
`;

/** What orders are made of in the tests of a file: pump-1 can do all, pump-2 lacks something, pump-3 is offline. */
export type Orders = {
  server: TestServer;
  fleet: DeviceFleet;
  devices: Record<'one' | 'two' | 'three', ScriptedDevice>;
  flowId: string;
};

/** The page that makes orders, at a server with three devices; what its scripts threw fails the test. */
export function useNewDeployment() {
  const browser = useBrowser();
  const opened: DashboardPage[] = [];
  const orders = {} as Orders;

  beforeAll(async () => {
    // Those that have said hello are online until the end, however long that is.
    const server = await startTestServer({ dashboardFiles, pollAfterS: 600 });
    const fleet = await makeDeviceFleet(server, 'Pumps');
    for (const name of ['North', 'Empty']) await fleet.call('POST', '/groups', { name });
    await fleet.call('POST', '/tags', { name: "Anna's" });
    await server.request('PUT', `${fleet.path}/artifacts/app/1.1.0/app.bin`, { body: 'eleven byte' });
    const made = (await fleet.call('POST', '/update-flows', releaseFlow)) as { update_flows: [{ uuid: string }] };
    const [one, two, three] = [
      await fleet.joinDevice('pump-1'),
      await fleet.joinDevice('pump-2'),
      await fleet.joinDevice('pump-3'),
    ];
    await one.hello({ capabilities: ['run', 'files'] });
    await two.hello({ capabilities: ['run'] });
    await fleet.call('PATCH', `/devices/${one.id}`, { group: 'North', tags: ["Anna's"] });
    Object.assign(orders, { server, fleet, devices: { one, two, three }, flowId: made.update_flows[0].uuid });
  });

  afterEach(async () => {
    for (const { faults, close } of opened.splice(0)) {
      expect(faults).toEqual([]);
      await close();
    }
  });

  afterAll(() => orders.server.stop());

  const deployments = async (limit: number) =>
    ((await orders.fleet.call('GET', `/deployments?limit=${limit}`)) as { items: Deployment[] }).items;

  return {
    orders,
    open: async (search = '', options: OpenOptions = {}): Promise<Page> => {
      const dashboard = await browser.open(orders.server, options);
      opened.push(dashboard);
      await dashboard.goTo(`/p/pumps/deployments/new${search}`);
      return dashboard.page;
    },
    newestDeployment: async (): Promise<Deployment> => {
      const [newest] = await deployments(1);
      if (newest === undefined) throw new Error('There is no deployment');
      return newest;
    },
    countDeployments: async (): Promise<number> => (await deployments(1000)).length,
  };
}

/** The page's address as the router writes it: a filter is a text that holds JSON, written as JSON. */
export function searchOf({ flow, filter, devices }: { flow?: string; filter?: unknown; devices?: string[] }): string {
  const search = new URLSearchParams({
    ...(flow && { flow }),
    ...(filter !== undefined && { filter: JSON.stringify(JSON.stringify(filter)) }),
    ...(devices && { devices: JSON.stringify(devices) }),
  });
  return `?${search}`;
}

export function field(page: Page, name: string) {
  return page.getByRole('textbox', { name, exact: true });
}

/** The button once the server has said that the order would go to so many. */
export function deployTo(page: Page, count: string) {
  return page
    .getByRole('button', { name: `Deploy to ${count}`, exact: true })
    .and(page.locator('[aria-disabled=false]'));
}

/** The id of the deployment to whose page the order has led. */
export async function deploymentShown(page: Page): Promise<string> {
  await page.waitForURL(/\/deployments\/dp-/);
  return new URL(page.url()).pathname.split('/').at(-1) ?? '';
}

export async function lineOf(page: Page, label: string): Promise<string> {
  return (await page.getByRole('group', { name: label }).textContent()) ?? '';
}
