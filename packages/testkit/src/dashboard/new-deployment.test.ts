import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Deployment } from '@tideway/protocol';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type DeviceFleet, makeDeviceFleet } from '../fixtures/device-fleet.ts';
import type { ScriptedDevice } from '../scripted-device.ts';
import { startTestServer, type TestServer } from '../test-server.ts';
import { type DashboardPage, dashboardFiles, expectAccessible, hasBrowser, useBrowser } from './browser.ts';

const program = join(dirname(fileURLToPath(import.meta.url)), '../../../../dist/tideway.mjs');
const password = 'correct horse battery staple';
const flow = `flows:
  release:
    description: Brings the program of the pumps.
    inputs:
      version: { description: Version of the program, required: true, pattern: '[0-9]+\\.[0-9]+\\.[0-9]+' }
      channel: { default: stable }
      password: { secret: true, default: hush }
    steps:
      - { name: Fetch, uses: tideway/files, with: { artifact: 'app/\${{ inputs.version }}/app.bin', path: /opt/app } }
`;

describe.skipIf(!hasBrowser)('a new deployment in the dashboard', { timeout: 60_000 }, () => {
  const browser = useBrowser();
  const opened: DashboardPage[] = [];
  let server: TestServer;
  let fleet: DeviceFleet;
  let devices: Record<'one' | 'two' | 'three', ScriptedDevice>;
  let flowId: string;

  beforeAll(async () => {
    server = await startTestServer({ dashboardFiles });
    fleet = await makeDeviceFleet(server, 'Pumps');
    for (const name of ['North', 'Empty']) await fleet.call('POST', '/groups', { name });
    await fleet.call('POST', '/tags', { name: "Anna's" });
    await server.request('PUT', `${fleet.path}/artifacts/app/1.1.0/app.bin`, { body: 'eleven byte' });
    const made = (await fleet.call('POST', '/update-flows', flow)) as { update_flows: [{ uuid: string }] };
    flowId = made.update_flows[0].uuid;
    devices = {
      one: await fleet.joinDevice('pump-1'),
      two: await fleet.joinDevice('pump-2'),
      three: await fleet.joinDevice('pump-3'),
    };
    await devices.one.hello({ capabilities: ['run', 'files'] });
    await devices.two.hello({ capabilities: ['run'] });
    await fleet.call('PATCH', `/devices/${devices.one.id}`, { group: 'North', tags: ["Anna's"] });
  });

  afterEach(async () => {
    for (const { faults, close } of opened.splice(0)) {
      expect(faults).toEqual([]);
      await close();
    }
  });

  afterAll(() => server.stop());

  async function open(search = '', options: Parameters<typeof browser.open>[1] = {}): Promise<Page> {
    const dashboard = await browser.open(server, options);
    opened.push(dashboard);
    await dashboard.goTo(`/p/pumps/deployments/new${search}`);
    return dashboard.page;
  }

  /** The address as the router writes it: a filter is a text that holds JSON, written as JSON. */
  const searchOf = ({ flow, filter, devices }: { flow?: string; filter?: unknown; devices?: string[] }) =>
    `?${new URLSearchParams({
      ...(flow && { flow }),
      ...(filter !== undefined && { filter: JSON.stringify(JSON.stringify(filter)) }),
      ...(devices && { devices: JSON.stringify(devices) }),
    })}`;
  const inNorth = () => searchOf({ flow: flowId, filter: { groups: [{ name: 'North' }] } });
  const field = (page: Page, name: string) => page.getByRole('textbox', { name, exact: true });
  const deployTo = (page: Page, count: string) =>
    page.getByRole('button', { name: `Deploy to ${count}`, exact: true }).and(page.locator('[aria-disabled=false]'));

  async function newest(): Promise<Deployment> {
    const { items } = (await fleet.call('GET', '/deployments?limit=1')) as { items: [Deployment] };
    return items[0];
  }

  async function countDeployments(): Promise<number> {
    return ((await fleet.call('GET', '/deployments?limit=1000')) as { items: unknown[] }).items.length;
  }

  /** The page of the deployment that was made. */
  async function deploymentShown(page: Page): Promise<string> {
    await page.waitForURL(/\/deployments\/dp-/);
    return new URL(page.url()).pathname.split('/').at(-1) ?? '';
  }

  it('is made by mouse from the flow to its success on a device', async () => {
    const page = await open();
    await page.getByRole('combobox', { name: 'Update flow' }).click();
    await page.getByRole('option', { name: 'release' }).click();
    await page.getByText('Version 1 will be deployed').waitFor();
    await page.getByText('Before this can be deployed').waitFor();
    await page.getByLabel('In any of these groups').click();
    await page.getByRole('option', { name: 'North' }).click();
    await page.getByRole('status', { name: 'Selected devices' }).getByText('1 device', { exact: true }).waitFor();
    await field(page, 'version').fill('1.1.0');
    await field(page, 'password').fill('hunter2');
    await page.getByLabel('Configuration for the devices').fill('{ "log_level": "info" }');
    await page.getByRole('combobox', { name: 'App', exact: true }).click();
    await page.getByRole('option', { name: 'irrigation' }).click();
    await page.getByLabel('App version').fill('1.1.0');
    await field(page, 'Comment').fill('valve fix');
    await field(page, 'Expires in').fill('7d');
    await field(page, 'Limit of failures').fill('10%');
    await page.getByText('11 bytes, by all of them together').waitFor();
    expect(await page.getByRole('definition').filter({ hasText: '***' }).count()).toBe(1);
    await expectAccessible(page);
    await deployTo(page, '1 device').click();

    const id = await deploymentShown(page);
    expect(await newest()).toMatchObject({
      id,
      flow: { id: flowId, version: 1 },
      app: { name: 'irrigation', version: '1.1.0' },
      comment: 'valve fix',
      device_filter: { groups: [{ name: 'North' }], filters: [] },
      parameters: { version: '1.1.0', password: '***' },
      configuration: { log_level: 'info' },
      devices: 1,
      max_failures: '10%',
    });
    await devices.one.next();
    await devices.one.report({ update_id: id, seq: 1, event: 'succeeded' });
    expect(await newest()).toMatchObject({ counts: { success: 1 } });
  });

  it('is made by keyboard alone', async () => {
    const page = await open(searchOf({ devices: [devices.one.id, devices.three.id] }));
    await page.getByText('2 picked devices').waitFor();
    await tabTo(page, 'Update flow');
    await page.keyboard.type('rel');
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
    expect(await newest()).toMatchObject({ id, device_filter: { device_ids: [devices.one.id] } });
  });

  it('says at its field what a flow does not take, before and after the server has looked', async () => {
    const page = await open(inNorth());
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
    const page = await open(searchOf({ flow: flowId, filter: { groups: [{ name: 'Empty' }] } }));
    await field(page, 'version').fill('1.1.0');
    await page.getByText('No device matches at this moment.').waitFor();
    await page.getByText('An order to no device is refused').waitFor();
    await page.getByText('nothing was deployed', { exact: false }).waitFor();
    await page.getByRole('button', { name: 'Deploy', exact: true }).click();
    expect(await countDeployments()).toBe(before);
    await page.getByLabel('In any of these groups').press('Backspace');
    await deployTo(page, '3 devices').waitFor();
    await page.getByText('1 of 3 is offline: it begins when it comes back.').waitFor();
    await page.getByText('The order goes to every device of the project.').waitFor();
    await page.getByText(/1 device would fail for lack of .*files.*: pump-2/).waitFor();
  });

  it('is for the picked devices, of which one that is gone can be left out', async () => {
    const page = await open(searchOf({ flow: flowId, devices: [devices.one.id, 'd-0000-0000', devices.three.id] }));
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

  it('is made once by a double click, and once more where the answer was lost', async () => {
    const before = await countDeployments();
    const page = await open(inNorth());
    await field(page, 'version').fill('1.1.0');
    await deployTo(page, '1 device').waitFor();
    let isLost = true;
    await page.route('**/api/v2/pumps/deployments', async (route) => {
      const isOrder = route.request().method() === 'POST' && !route.request().postData()?.includes('dry_run');
      if (!isOrder || !isLost) return route.continue();
      isLost = false;
      await route.fetch();
      await route.abort();
    });
    await deployTo(page, '1 device').dblclick();
    await page.getByText('The server cannot be reached').waitFor();
    expect(await countDeployments()).toBe(before + 1);
    // After a reload the form is as it was, and still the same order.
    await page.reload();
    await page.getByText('What you had typed here before is back').waitFor();
    await deployTo(page, '1 device').dblclick();
    expect(await deploymentShown(page)).toBe((await newest()).id);
    expect(await countDeployments()).toBe(before + 1);
  });

  it('that was changed after its answer was lost asks whether it is another one', async () => {
    const before = await countDeployments();
    const page = await open(inNorth());
    await field(page, 'version').fill('1.1.0');
    await deployTo(page, '1 device').waitFor();
    await page.route('**/api/v2/pumps/deployments', async (route) => {
      const isOrder = route.request().method() === 'POST' && !route.request().postData()?.includes('dry_run');
      if (!isOrder) return route.continue();
      await route.fetch();
      await route.abort();
    });
    await deployTo(page, '1 device').click();
    await page.getByText('The server cannot be reached').waitFor();
    await page.unroute('**/api/v2/pumps/deployments');
    await field(page, 'Comment').fill('once more');
    await deployTo(page, '1 device').click();
    await page.getByRole('button', { name: 'This is another order' }).click();
    await deployTo(page, '1 device').click();
    await deploymentShown(page);
    expect(await countDeployments()).toBe(before + 2);
  });

  it('loses nothing by a reload or the end of a session, and keeps secrets nowhere', async () => {
    const page = await open(inNorth());
    await page.evaluate(
      `fetch('/api/v2/session/password', { method: 'PUT', headers: { 'content-type': 'application/json' }, body: ${JSON.stringify(JSON.stringify({ new_password: password }))} })`,
    );
    await field(page, 'version').fill('1.1.0');
    await field(page, 'password').fill('hunter2');
    await field(page, 'Comment').fill('typed before');
    await deployTo(page, '1 device').waitFor();
    expect(await page.evaluate('JSON.stringify({ ...sessionStorage, ...localStorage })')).not.toContain('hunter2');
    await page.reload();
    await page.getByText('What you had typed here before is back').waitFor();
    expect(await field(page, 'Comment').inputValue()).toBe('typed before');
    expect(await field(page, 'password').inputValue()).toBe('');

    await field(page, 'password').fill('hunter2');
    await deployTo(page, '1 device').waitFor();
    await page.context().clearCookies();
    await deployTo(page, '1 device').click();
    const dialog = page.getByRole('dialog', { name: 'Your session has ended' });
    await dialog.getByLabel('Password').fill(password);
    await dialog.getByRole('button', { name: 'Sign in' }).click();
    await dialog.waitFor({ state: 'detached' });
    expect(await field(page, 'password').inputValue()).toBe('hunter2');
    await deployTo(page, '1 device').click();
    const id = await deploymentShown(page);
    expect(await newest()).toMatchObject({
      id,
      comment: 'typed before',
      parameters: { version: '1.1.0', password: '***' },
    });
    expect(await page.evaluate('sessionStorage.length')).toBe(0);
  });

  it('is the same by the lines that the page shows', async () => {
    const filter = {
      groups: [{ name: 'North' }],
      filters: [
        { type: 'tag', operand: 'is', value: "Anna's" },
        { type: 'device_state', operand: 'is', value: 'online' },
      ],
    };
    const page = await open(searchOf({ flow: flowId, filter }));
    await field(page, 'version').fill('1.1.0');
    await field(page, 'channel').fill('it\'s $HOME `id` \\ "beta"\nsecond line');
    await field(page, 'password').fill('hunter2');
    await field(page, 'Comment').fill("50% off, isn't it?");
    await page.getByLabel('Configuration for the devices').fill('{ "text": "it\'s" }');
    await page.getByLabel('Begins at').fill('2090-01-31T04:00');
    await field(page, 'Expires in').fill('36500d');
    await page.getByText('of at most 3650d').first().waitFor();
    await field(page, 'Expires in').fill('');
    await field(page, 'Abort deadline').fill('5m');
    await page.getByLabel('Replaces').selectOption('same_flow');
    await field(page, 'Limit of failures').fill('2');
    await deployTo(page, '1 device').waitFor();
    const lines = [await lineOf(page, 'curl line'), await lineOf(page, 'command line')];
    for (const line of lines) expect(line).not.toContain('hunter2');
    await page.getByText('Secret values are not in these lines').waitFor();
    await deployTo(page, '1 device').click();
    await deploymentShown(page);
    const orders = [orderOf(await newest())];
    for (const line of lines) {
      await runInShell(line.replace('<password>', 'hunter2'));
      orders.push(orderOf(await newest()));
    }
    expect(new Set(orders.map(({ id }) => id)).size).toBe(3);
    const [first, ...others] = orders.map(({ id, ...order }) => order);
    for (const other of others) expect(other).toEqual(first);
  });

  it('is not for viewers, who are told who may', async () => {
    const page = await open(inNorth(), { role: 'viewer' });
    await page.getByText('Operators deploy').waitFor();
    expect(await page.getByRole('button', { name: 'Deploy' }).count()).toBe(0);
    await expectAccessible(page);
  });

  it('says which version is deployed, where an older one was looked at', async () => {
    await server.request('PUT', `${fleet.path}/update-flows/${flowId}`, {
      body: flow,
      headers: { 'content-type': 'application/yaml' },
    });
    const page = await open(`${inNorth()}&version=1`, { role: 'operator' });
    await page.getByText('Version 2 will be deployed').waitFor();
    await page.getByText('You come from version 1').waitFor();
    await field(page, 'version').fill('1.1.0');
    await deployTo(page, '1 device').waitFor();
    await server.request('PUT', `${fleet.path}/update-flows/${flowId}`, {
      body: flow,
      headers: { 'content-type': 'application/yaml' },
    });
    const before = await countDeployments();
    await deployTo(page, '1 device').click();
    await page.getByText('Version 3 of the flow was saved meanwhile').waitFor();
    expect(await countDeployments()).toBe(before);
    await deployTo(page, '1 device').click();
    await deploymentShown(page);
    expect((await newest()).flow.version).toBe(3);
  });

  it('fits a telephone', async () => {
    const page = await open(searchOf({ flow: flowId, devices: [devices.one.id] }), { width: 375, height: 812 });
    await field(page, 'version').fill('1.1.0');
    await deployTo(page, '1 device').waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(375);
    await expectAccessible(page);
  });

  async function runInShell(line: string): Promise<void> {
    await promisify(execFile)('sh', ['-ec', `tideway() { "${process.execPath}" "${program}" "$@"; }\n${line}`], {
      env: { PATH: process.env.PATH, HOME: '/nonexistent', TIDEWAY_URL: server.url, TIDEWAY_TOKEN: server.owner.token },
    });
  }
});

/** What makes two orders the same. */
function orderOf(deployment: Deployment) {
  const { id, flow, app, comment, device_filter, parameters, configuration, devices, start_at } = deployment;
  const { expires_at, timeout_s, abort_deadline_s, supersede, max_failures } = deployment;
  const what = { id, flow, app, comment, device_filter, parameters, configuration, devices };
  return { ...what, start_at, expires_at, timeout_s, abort_deadline_s, supersede, max_failures };
}

async function lineOf(page: Page, label: string): Promise<string> {
  return (await page.getByRole('group', { name: label }).textContent()) ?? '';
}

/** Goes on by Tab until what is called so has the focus. */
async function tabTo(page: Page, name: string): Promise<void> {
  for (let tries = 0; tries < 150; tries += 1) {
    await page.keyboard.press('Tab');
    if ((await focusedName(page)) === name) return;
  }
  throw new Error(`No Tab leads to ${name}`);
}

async function focusedName(page: Page): Promise<string> {
  return page.evaluate(`(() => {
    const element = document.activeElement;
    const label = element.labels?.[0]?.cloneNode(true);
    label?.querySelectorAll('[aria-hidden]').forEach((mark) => mark.remove());
    return (element.getAttribute('aria-label') ?? label?.textContent ?? element.textContent ?? '').trim();
  })()`);
}

/** What is said of a field, as its error. */
async function describedBy(page: Page, name: string): Promise<string> {
  const ids = (await page.getByLabel(name, { exact: false }).first().getAttribute('aria-describedby')) ?? '';
  return page.evaluate(
    `${JSON.stringify(ids)}.split(' ').map((id) => document.getElementById(id)?.textContent).join(' ')`,
  );
}
