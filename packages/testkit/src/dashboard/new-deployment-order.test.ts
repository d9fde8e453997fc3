import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Deployment } from '@tideway/protocol';
import type { Page, Request } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { hasBrowser } from './browser.ts';
import {
  deploymentShown,
  deployTo,
  field,
  lineOf,
  releaseFlow,
  searchOf,
  useNewDeployment,
} from './new-deployment-stage.ts';

const program = join(dirname(fileURLToPath(import.meta.url)), '../../../../dist/tideway.mjs');
const password = 'correct horse battery staple';

describe.skipIf(!hasBrowser)('the order of a new deployment', () => {
  const { orders, open, newestDeployment, countDeployments } = useNewDeployment();
  const inNorth = () => searchOf({ flow: orders.flowId, filter: { groups: [{ name: 'North' }] } });

  it('is made once by a double click, and once more where the answer was lost', async () => {
    const before = await countDeployments();
    const page = await open(inNorth());
    await field(page, 'version').fill('1.1.0');
    await deployTo(page, '1 device').waitFor();
    await loseNextAnswer(page);
    await deployTo(page, '1 device').dblclick();
    await page.getByText('The server cannot be reached').waitFor();
    expect(await countDeployments()).toBe(before + 1);
    // After a reload the form is as it was, and still the same order.
    await page.reload();
    await page.getByText('What you had typed here before is back').waitFor();
    await deployTo(page, '1 device').dblclick();
    expect(await deploymentShown(page)).toBe((await newestDeployment()).id);
    expect(await countDeployments()).toBe(before + 1);
  });

  it('that was changed after its answer was lost asks whether it is another one', async () => {
    const before = await countDeployments();
    const page = await open(inNorth());
    await field(page, 'version').fill('1.1.0');
    await deployTo(page, '1 device').waitFor();
    await loseNextAnswer(page);
    await deployTo(page, '1 device').click();
    await page.getByText('The server cannot be reached').waitFor();
    await field(page, 'Comment').fill('once more');
    await deployTo(page, '1 device').click();
    await page.getByRole('button', { name: 'This is another deployment' }).click();
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
    const elsewhere = await open();
    await beforeNextOrder(page, () => elsewhere.evaluate(`fetch('/api/v2/session/everywhere', { method: 'DELETE' })`));
    await deployTo(page, '1 device').click();
    const dialog = page.getByRole('dialog', { name: 'Your session has ended' });
    await dialog.getByRole('textbox', { name: 'Password' }).fill(password);
    await dialog.getByRole('button', { name: 'Sign in' }).click();
    await dialog.waitFor({ state: 'detached' });
    expect(await field(page, 'password').inputValue()).toBe('hunter2');
    await deployTo(page, '1 device').click();
    const id = await deploymentShown(page);
    expect(await newestDeployment()).toMatchObject({
      id,
      comment: 'typed before',
      parameters: { version: '1.1.0', password: '***' },
    });
    expect(await page.evaluate('Object.keys(sessionStorage).join()')).not.toContain('new-deployment');
  });

  it('is the same by the lines that the page shows', async () => {
    const filter = {
      groups: [{ name: 'North' }],
      filters: [
        { type: 'tag', operand: 'is', value: "Anna's" },
        { type: 'device_state', operand: 'is', value: 'online' },
      ],
    };
    const page = await open(searchOf({ flow: orders.flowId, filter }));
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
    await field(page, 'Failure limit').fill('2');
    await deployTo(page, '1 device').waitFor();
    const lines = [await lineOf(page, 'curl line'), await lineOf(page, 'command line')];
    for (const line of lines) expect(line).not.toContain('hunter2');
    await page.getByText('Secret values are not in these lines').waitFor();
    await deployTo(page, '1 device').click();
    await deploymentShown(page);
    const placed = [orderOf(await newestDeployment())];
    for (const line of lines) {
      await runInShell(line.replace('<password>', 'hunter2'));
      placed.push(orderOf(await newestDeployment()));
    }
    expect(new Set(placed.map(({ id }) => id)).size).toBe(3);
    const [first, ...others] = placed.map(({ id, ...order }) => order);
    for (const other of others) expect(other).toEqual(first);
  });

  it('takes the version that was looked at, or the newest, and never one that nobody has seen here', async () => {
    await saveAgain();
    const page = await open(`${inNorth()}&version=1`, { role: 'operator' });
    await page.getByText('Version 1 will be deployed').waitFor();
    await field(page, 'version').fill('1.1.0');
    await deployTo(page, '1 device').waitFor();
    expect(await lineOf(page, 'curl line')).toContain('"flow_version": 1');
    expect(await lineOf(page, 'command line')).toContain('--flow-version 1');
    await page.getByLabel('Which of its versions').selectOption('The newest (version 2)');
    await page.getByText('Version 2 will be deployed').waitFor();
    await deployTo(page, '1 device').waitFor();
    await saveAgain();
    const before = await countDeployments();
    await deployTo(page, '1 device').click();
    await page.getByText('Version 3 of the flow was saved meanwhile').waitFor();
    expect(await countDeployments()).toBe(before);

    await page.getByLabel('Which of its versions').selectOption('Version 1');
    await page.getByText('Version 1 will be deployed').waitFor();
    await deployTo(page, '1 device').click();
    await deploymentShown(page);
    expect((await newestDeployment()).flow.version).toBe(1);
  });

  async function saveAgain(): Promise<void> {
    await orders.server.request('PUT', `${orders.fleet.path}/update-flows/${orders.flowId}`, {
      body: releaseFlow,
      headers: { 'content-type': 'application/yaml' },
    });
  }

  async function runInShell(line: string): Promise<void> {
    await promisify(execFile)('sh', ['-ec', `tideway() { "${process.execPath}" "${program}" "$@"; }\n${line}`], {
      env: {
        PATH: process.env.PATH,
        HOME: '/nonexistent',
        TIDEWAY_URL: orders.server.url,
        TIDEWAY_TOKEN: orders.server.owner.token,
      },
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

/** Lets the next order reach the server, and loses its answer. */
async function loseNextAnswer(page: Page): Promise<void> {
  let isLost = false;
  await page.route('**/api/v2/pumps/deployments', async (route) => {
    if (isLost || !isOrder(route.request())) return route.continue();
    isLost = true;
    await route.fetch();
    await route.abort();
  });
}

/** Does something once the next order was placed and before it reaches the server: whatever the page asks for meanwhile. */
async function beforeNextOrder(page: Page, act: () => Promise<unknown>): Promise<void> {
  let isDone = false;
  await page.route('**/api/v2/pumps/deployments', async (route) => {
    if (!isDone && isOrder(route.request())) {
      isDone = true;
      await act();
    }
    await route.continue();
  });
}

function isOrder(request: Request): boolean {
  return request.method() === 'POST' && !request.postData()?.includes('dry_run');
}
