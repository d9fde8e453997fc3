import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Stage } from '../stage.ts';
import { hasBrowser } from './browser.ts';
import { arrowTo, focusedName, tabTo } from './keyboard.ts';
import { launchBrowser } from './launch-browser.ts';

const programs = join(dirname(fileURLToPath(import.meta.url)), '../../../../dist');
const password = 'long rather than complicated';

describe.skipIf(!hasBrowser)(
  'the first day, from the first start of a server to a first success',
  { timeout: 120_000 },
  () => {
    let browser: Browser;
    let stage: Stage;
    let page: Page;
    let faults: string[];

    beforeAll(async () => {
      browser = await launchBrowser();
    });

    afterAll(() => browser.close());

    beforeEach(async () => {
      stage = new Stage(programs);
      const url = await stage.startServer();
      await expect.poll(() => stage.printedBy('server')).toMatch(/#twl_\S+/);
      const [link = ''] = /http\S+#twl_\S+/.exec(stage.printedBy('server')) ?? [];
      const context = await browser.newContext({ baseURL: url, viewport: { width: 1440, height: 900 } });
      context.setDefaultTimeout(60_000);
      page = await context.newPage();
      faults = [];
      page.on('pageerror', (error) => faults.push(error.stack ?? error.message));
      await page.goto(link);
      await page.getByText('Welcome to Tideway').waitFor();
    });

    afterEach(async () => {
      await page.context().close();
      await stage.stop();
      expect(faults).toEqual([]);
    });

    /** What the line on the page would do: a real agent that joins with its token. */
    async function startAgent(): Promise<void> {
      const line = page.getByRole('group', { name: 'the line that runs an agent from a checkout' });
      const [, server = '', token = ''] = /--server (\S+) --pairing-token (twp_\S+)/.exec(await line.innerText()) ?? [];
      stage.startAgent('pump-1', ['--server', server, '--pairing-token', token]);
      await page.getByRole('list', { name: 'Devices that have arrived' }).getByText('pump-1').waitFor();
    }

    async function expectSuccess(): Promise<void> {
      await page
        .getByRole('img', { name: /Success 1,/ })
        .first()
        .waitFor();
      expect(existsSync(join(stage.rootOf('pump-1'), 'watered'))).toBe(true);
    }

    it('goes by mouse', async () => {
      await page.getByLabel('New password', { exact: true }).fill(password);
      await page.getByLabel('New password again').fill(password);
      await page.getByRole('button', { name: 'Set password' }).click();
      await page.getByRole('link', { name: 'Go on', exact: true }).click();
      await page.getByLabel('Name of the project').fill('Greenhouses');
      await page.getByRole('button', { name: 'Create project' }).click();

      await page.getByRole('link', { name: 'Register a device' }).click();
      await page.getByRole('button', { name: 'Make the line to paste' }).click();
      await startAgent();

      await page.getByRole('link', { name: 'Make an update flow' }).click();
      await page.getByLabel('Name of the flow').fill('water');
      await page.getByRole('button', { name: 'Add step' }).click();
      await page.getByRole('menuitem', { name: 'Run a command' }).click();
      await page.getByLabel('Name of the step').fill('Open the valve');
      await page.getByRole('textbox', { name: 'Command' }).fill('touch "$TIDEWAY_ROOT/watered"');
      await page.getByText('Not saved yet, no errors').waitFor();
      await page.getByRole('button', { name: 'Save' }).click();

      await page.getByRole('link', { name: 'Deploy', exact: true }).click();
      await page.getByRole('button', { name: 'Deploy to 1 device' }).click();
      await expectSuccess();
    });

    it('goes by keyboard alone', async () => {
      await tabTo(page, 'New password');
      await page.keyboard.type(password);
      await tabTo(page, 'New password again');
      await page.keyboard.type(password);
      await page.keyboard.press('Enter');
      await page.getByRole('link', { name: 'Go on', exact: true }).waitFor();
      await follow('Go on');
      await page.getByLabel('Name of the project').waitFor();
      await tabTo(page, 'Name of the project');
      await page.keyboard.type('Greenhouses');
      await page.keyboard.press('Enter');

      await page.getByRole('link', { name: 'Register a device' }).waitFor();
      await follow('Register a device');
      await page.getByRole('button', { name: 'Make the line to paste' }).waitFor();
      await follow('Make the line to paste');
      await startAgent();

      await follow('Make an update flow');
      await page.getByLabel('Name of the flow').waitFor();
      await tabTo(page, 'Name of the flow');
      await page.keyboard.press('Control+A');
      await page.keyboard.type('water');
      await follow('Add step');
      await page.getByRole('menuitem', { name: 'Run a command' }).waitFor();
      await arrowTo(page, 'Run a command');
      await page.keyboard.press('Enter');
      await expect.poll(() => focusedName(page)).toBe('Name of the step');
      await page.keyboard.type('Open the valve');
      await page.keyboard.press('Tab');
      await page.keyboard.type('touch "$TIDEWAY_ROOT/watered"');
      await page.getByText('Not saved yet, no errors').waitFor();
      await page.keyboard.press('Control+S');

      await page.getByRole('link', { name: 'Deploy', exact: true }).waitFor();
      await follow('Deploy');
      await page.getByRole('button', { name: 'Deploy to 1 device' }).waitFor();
      await follow('Deploy to 1 device');
      await expectSuccess();
    });

    async function follow(name: string): Promise<void> {
      await tabTo(page, name);
      await page.keyboard.press('Enter');
    }
  },
);
