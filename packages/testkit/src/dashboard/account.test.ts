import { defaultLimits } from '@tideway/server';
import { Secret, TOTP } from 'otpauth';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../test-server.ts';
import {
  dashboardFiles,
  expectAccessible,
  expectNoSideScroll,
  hasBrowser,
  signInToken,
  useBrowser,
} from './browser.ts';

const password = 'long rather than complicated';

describe.skipIf(!hasBrowser)('the account page', () => {
  const browser = useBrowser();
  let server: TestServer;
  let email: string;

  beforeAll(async () => {
    server = await startTestServer({ dashboardFiles });
    email = await emailOfOwner(server);
  });

  afterAll(() => server.stop());

  it('is reached by a menu that says whether the dashboard is light or dark', async () => {
    const { page, goTo, faults, close } = await browser.open(server);
    await goTo('/account');
    const account = page.getByRole('button', { name: `Account of ${email}` });
    const current = page.getByRole('menuitem').filter({ has: page.getByRole('img', { name: 'the current one' }) });
    for (const title of ['Dark', 'Light', 'As the system']) {
      await account.click();
      await page.getByRole('menuitem', { name: title }).click();
      await current.waitFor({ state: 'detached' });
      await account.click();
      await current.waitFor();
      expect(await current.allInnerTexts()).toEqual([title]);
      await page.keyboard.press('Escape');
      await current.waitFor({ state: 'detached' });
    }
    expect(faults).toEqual([]);
    await close();
  });

  it('welcomes who comes by a link, who sets a password and signs in by it from then on', async () => {
    const { page, goTo, faults, close } = await browser.open(server, { role: null });
    await goTo(`/sign-in#${await signInToken(server, 'owner')}`);
    await page.getByText('Welcome to Tideway').waitFor();
    await page.getByText(email).first().waitFor();
    await expectAccessible(page);

    await setPassword(page, 'short', 'short');
    await page.getByText('must have at least 10 characters').waitFor();
    await setPassword(page, password, `${password}!`);
    await page.getByText('must be the same as the new password').waitFor();
    await setPassword(page, password, password);
    await page.getByText('Your password is set').waitFor();
    await page.getByLabel('Old password').waitFor();

    await page.getByRole('button', { name: 'Sign out', exact: true }).click();
    await signIn(page, email, `${password}!`);
    await page.getByText('There is no user with this email and this password').waitFor();
    expect(await page.getByLabel('Password', { exact: true }).getAttribute('aria-invalid')).toBe('true');
    await signIn(page, email, password);
    await page.getByRole('heading', { name: 'Welcome to Tideway' }).waitFor();

    await goTo('/account');
    await page.getByLabel('Old password').fill('not it, but long');
    await setPassword(page, password, password);
    await page.getByText('This is not your password').waitFor();
    expect(faults).toEqual([]);
    await close();
  });

  it('lets who came by a link go on without a password', async () => {
    const { page, goTo, close } = await browser.open(server, { role: null, width: 375, height: 812 });
    await goTo(`/sign-in#${await signInToken(server, 'viewer')}`);
    await page.getByText('Set a password first').waitFor();
    await expectNoSideScroll(page);
    await page.getByRole('link', { name: 'Go on without a password' }).click();
    await page.getByRole('heading', { name: 'Welcome to Tideway' }).waitFor();
    await close();
  });

  it('turns a second factor on, which a sign-in then asks for, and off', async () => {
    const own = await startTestServer({ dashboardFiles });
    const owner = await emailOfOwner(own);
    const { page, goTo, faults, close } = await browser.open(own);
    await goTo('/account');
    await setPassword(page, password, password);
    await page.getByRole('button', { name: 'Turn on' }).click();
    await page.getByRole('img', { name: 'QR code for the authenticator' }).waitFor();
    await expectAccessible(page);
    const secret = (await page.locator('code').textContent()) ?? '';
    const codeAfter = (seconds: number) =>
      new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: Date.now() + seconds * 1000 });

    await page.getByLabel('Your password').fill(password);
    await page.getByLabel('Code that the authenticator shows').fill(codeAfter(600));
    await page.getByRole('button', { name: 'Turn on' }).click();
    await page.getByText('This is not what the authenticator should show').waitFor();
    await page.getByLabel('Code that the authenticator shows').fill(codeAfter(0));
    await page.getByRole('button', { name: 'Turn on' }).click();
    await page.getByText('It is on').waitFor();

    // Each code counts once: the next ones are of later.
    await own.shiftClock('2 minutes');
    await page.getByRole('button', { name: 'Sign out', exact: true }).click();
    await signIn(page, owner, password);
    await page.getByText('The code of your authenticator is needed, too').waitFor();
    await page.getByLabel('Code of the authenticator').fill(codeAfter(120));
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Welcome to Tideway' }).waitFor();

    await own.shiftClock('4 minutes');
    await page.goto('/account');
    await page.getByRole('button', { name: 'Turn off' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Password', { exact: true }).fill(password);
    await dialog.getByLabel('Code of the authenticator').fill(codeAfter(240));
    await dialog.getByRole('button', { name: 'Turn off' }).click();
    await page.getByText('It is off.').waitFor();
    expect(faults).toEqual([]);
    await close();
    await own.stop();
  });

  it('asks for the password where the session ends while a page only watches', async () => {
    const { page, goTo, close } = await browser.open(server);
    await server.request('POST', '/api/v2/projects', { body: { name: 'Watched' } });
    await page.route('**/events', (route) => route.abort());
    await goTo('/p/watched/flows');
    await page.getByText('There is no update flow yet').waitFor();
    await page.getByText('Connection lost').waitFor();
    await page.context().clearCookies();
    await page.getByRole('dialog', { name: 'Your session has ended' }).waitFor();
    expect(await page.getByText(/access token is/i).count()).toBe(0);
    await close();
  });

  it('keeps a page whose session has ended while the server cannot be reached for the form', async () => {
    const { page, goTo, close } = await browser.open(server);
    await page.route('**/sign-in-form-*.js', (route) => route.abort());
    await goTo('/settings/access-tokens');
    await page.getByRole('button', { name: 'Create token' }).click();
    await page.getByLabel('Name').fill('nightly pipeline');
    await page.context().clearCookies();
    await page.getByRole('dialog').getByRole('button', { name: 'Create token' }).click();
    const overlay = page.getByRole('dialog', { name: 'Your session has ended' });
    await overlay.getByRole('alert').getByText('A part of this page could not be loaded').waitFor();
    expect(await page.getByLabel('Name').inputValue()).toBe('nightly pipeline');
    await page.unroute('**/sign-in-form-*.js');
    await overlay.getByLabel('Password', { exact: true }).waitFor();
    expect(await page.getByLabel('Name').inputValue()).toBe('nightly pipeline');
    await close();
  });

  it('signs out everywhere: another page of the person asks for the password over what was typed, and goes on', async () => {
    const own = await startTestServer({ dashboardFiles });
    const owner = await emailOfOwner(own);
    const here = await browser.open(own);
    await here.goTo('/account');
    await setPassword(here.page, password, password);
    await here.page.getByLabel('Old password').waitFor();
    const there = await browser.open(own);
    await there.goTo('/settings/access-tokens');
    await there.page.getByRole('button', { name: 'Create token' }).click();
    await there.page.getByLabel('Name').fill('nightly pipeline');

    await here.page.getByRole('button', { name: 'Sign out everywhere' }).click();
    await here.page.getByRole('dialog').getByRole('button', { name: 'Sign out everywhere' }).click();
    await here.page.getByRole('button', { name: 'Sign in' }).waitFor();

    const form = there.page.getByRole('dialog', { name: 'Create an access token' });
    await form.getByRole('button', { name: 'Create token' }).click();
    const overlay = there.page.getByRole('dialog', { name: 'Your session has ended' });
    await overlay.waitFor();
    await expectAccessible(there.page);
    expect(await overlay.getByLabel('Email').inputValue()).toBe(owner);
    await overlay.getByLabel('Password', { exact: true }).fill(password);
    await overlay.getByRole('button', { name: 'Sign in' }).click();
    await overlay.waitFor({ state: 'detached' });
    expect(await form.getByLabel('Name').inputValue()).toBe('nightly pipeline');
    await form.getByRole('button', { name: 'Create token' }).click();
    await there.page.getByText('It is shown this once').waitFor();
    expect([here.faults, there.faults]).toEqual([[], []]);
    await here.close();
    await there.close();
    await own.stop();
  });

  it('says how long to wait to who has guessed too often', async () => {
    const slow = await startTestServer({
      dashboardFiles,
      limits: { ...defaultLimits, failedSignIns: { perS: 0.001, burst: 1 } },
    });
    const { page, goTo, close } = await browser.open(slow, { role: null });
    await goTo('/sign-in');
    await signIn(page, 'ada@example.org', 'guessed it');
    await page.getByText('There is no user with this email and this password').waitFor();
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page
      .getByRole('alert')
      .getByText(/Too many calls that failed to sign in: try again after \d+ s/)
      .waitFor();
    await close();
    await slow.stop();
  });
});

async function emailOfOwner(server: TestServer): Promise<string> {
  return (await server.request('GET', '/api/v2/users')).body.items[0].email;
}

async function setPassword(page: Page, chosen: string, repeated: string): Promise<void> {
  await page.getByLabel('New password', { exact: true }).fill(chosen);
  await page.getByLabel('New password again').fill(repeated);
  await page.getByRole('button', { name: /^(Set|Change) password$/ }).click();
}

async function signIn(page: Page, email: string, secret: string): Promise<void> {
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(secret);
  await page.getByRole('button', { name: 'Sign in' }).click();
}
