import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../test-server.ts';
import { dashboardFiles, hasBrowser, signInToken, useBrowser } from './browser.ts';
import { flowsPath, restartFlow, saveFlow } from './flow-pages.ts';

const password = 'long rather than complicated';
const typed = 'Not for anybody else';

describe.skipIf(!hasBrowser)('a page in the hands of somebody else', () => {
  const browser = useBrowser();
  let server: TestServer;

  beforeAll(async () => {
    server = await startTestServer({ dashboardFiles });
    await server.request('POST', '/api/v2/projects', { body: { name: 'Greenhouses' } });
  });

  afterAll(() => server.stop());

  it('shows them nothing that the one before typed, where they sign in over it', async () => {
    const email = `second-${Date.now()}@example.org`;
    const user = await server.request('POST', '/api/v2/users', { body: { email, role: 'admin' } });
    const second = await browser.open(server, { role: null });
    await second.goTo(`/sign-in#${user.body.sign_in_token}`);
    await second.page.getByLabel('New password', { exact: true }).fill(password);
    await second.page.getByLabel('New password again').fill(password);
    await second.page.getByRole('button', { name: 'Set password' }).click();
    await second.page.getByText('Your password is set').waitFor();
    await second.close();

    const { page, goTo, close } = await browser.open(server);
    const asked = dialogsOf(page);
    await goTo(`${flowsPath}/${await saveFlow(server, restartFlow('begun'))}/edit`);
    await page.getByRole('textbox', { name: 'Description' }).waitFor();
    await page.context().clearCookies();
    await page.getByRole('textbox', { name: 'Description' }).fill(typed);
    const overlay = page.getByRole('dialog', { name: 'Your session has ended' });
    await overlay.getByLabel('Email').fill(email);
    await overlay.getByLabel('Password', { exact: true }).fill(password);
    await overlay.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('button', { name: `Account of ${email}` }).waitFor();
    await expectNothingOfTheFirst(page);
    expect(asked).toEqual([]);
    await close();
  });

  it('shows them nothing of it either, where they sign in beside it', async () => {
    const { page, goTo, close } = await browser.open(server);
    const asked = dialogsOf(page);
    await goTo(`${flowsPath}/${await saveFlow(server, restartFlow('beside'))}/edit`);
    await page.getByRole('textbox', { name: 'Description' }).fill(typed);
    const other = await page.context().newPage();
    await other.goto(`/sign-in#${await signInToken(server, 'admin')}`);
    await other.getByRole('button', { name: /^Account of admin-/ }).waitFor();

    // Nobody has looked at it again: the windows stand side by side.
    await page.getByRole('button', { name: /^Account of admin-/ }).waitFor();
    await expectNothingOfTheFirst(page);
    expect(asked).toEqual([]);
    await close();
  });

  it('leads on to another project where they have deleted the one that was looked at', async () => {
    await server.request('POST', '/api/v2/projects', { body: { name: 'Wells' } });
    const { page, goTo, faults, close } = await browser.open(server);
    await goTo('/p/wells/flows');
    await page.getByText('There is no update flow yet').waitFor();
    const other = await page.context().newPage();
    await other.goto('/p/wells/devices');
    await other.getByRole('status').getByText('Live').waitFor();
    expect((await server.request('DELETE', '/api/v2/wells')).status).toBeLessThan(300);

    await goTo('/settings/users');
    await page.getByRole('button', { name: 'Project: Greenhouses' }).waitFor();
    await page.getByRole('link', { name: 'Deployments' }).click();
    await page.getByRole('heading', { level: 1, name: 'Deployments' }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/p/greenhouses/deployments');
    await goTo('/p/wells/flows');
    await page.getByRole('heading', { level: 1, name: 'There is no such project' }).waitFor();
    await page.getByRole('link', { name: 'To another project' }).click();
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/p/greenhouses');

    await other.bringToFront();
    await other.evaluate("document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))");
    await other.getByRole('heading', { level: 1, name: 'There is no such project' }).waitFor();
    expect(faults).toEqual([]);
    await close();
  });
});

/** The editor as it is for who has not typed anything. */
async function expectNothingOfTheFirst(page: Page): Promise<void> {
  await expect.poll(() => page.getByRole('textbox', { name: 'Description' }).inputValue()).toBe('Restarts the pump');
  expect(await page.getByText('What you typed here last was not saved').count()).toBe(0);
  expect(await page.content()).not.toContain(typed);
}

/** What the browser asked on leaving the page; it is answered so that one stays. */
function dialogsOf(page: Page): string[] {
  const asked: string[] = [];
  page.on('dialog', (dialog) => {
    asked.push(dialog.type());
    void dialog.dismiss();
  });
  return asked;
}
