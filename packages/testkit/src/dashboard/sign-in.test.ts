import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../test-server.ts';
import { dashboardFiles, expectAccessible, hasBrowser, signInToken, useBrowser } from './browser.ts';

describe.skipIf(!hasBrowser)('signing in to the dashboard', () => {
  const browser = useBrowser();
  let server: TestServer;

  beforeAll(async () => {
    server = await startTestServer({ dashboardFiles });
  });

  afterAll(() => server.stop());

  it('leads from a page that asks for it to the sign-in and back, and by a link without a password', async () => {
    const { page, goTo, faults, close } = await browser.open(server, { role: null });
    await goTo('/settings/access-tokens');
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    expect(new URL(page.url()).searchParams.get('back')).toBe('/settings/access-tokens');
    await expectAccessible(page);

    await goTo(`/sign-in?back=/settings/access-tokens#${await signInToken(server, 'viewer')}`);
    await page.getByRole('heading', { name: 'Access tokens' }).waitFor();
    expect(await page.evaluate('document.cookie')).toBe('');
    expect(faults).toEqual([]);
    await close();
  });

  it('says of a link that was used already what it is, and offers the password', async () => {
    const { page, goTo, close } = await browser.open(server, { role: null });
    await goTo('/sign-in#nothing-that-was-ever-given');
    await page.getByText('This link is unknown, was used already, or is too old').waitFor();
    expect(await page.getByLabel('Email').isVisible()).toBe(true);
    await close();
  });

  it('never leads on to another server', async () => {
    const { page, goTo, close } = await browser.open(server, { role: null });
    await goTo(`/sign-in?back=//evil.example/#${await signInToken(server, 'viewer')}`);
    await page.getByRole('heading', { name: 'Welcome to Tideway' }).waitFor();
    expect(new URL(page.url()).origin).toBe(server.url);
    await close();
  });
});

describe.skipIf(!hasBrowser)('the pages', () => {
  it('are given out with a policy that runs no script standing in them, and never in place of an API answer', async () => {
    const server = await startTestServer({ dashboardFiles });
    const html = { accept: 'text/html' };
    const page = await server.request('GET', '/p/any/devices', { headers: html, token: null });
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(page.headers.get('content-security-policy')).toMatch(/script-src 'self';/);
    expect(page.body).not.toMatch(/<script>|\son\w+=/);
    for (const path of ['/api/v2/nothing', '/v2/nothing', '/device/v1/nothing']) {
      expect((await server.request('GET', path, { headers: html })).status).toBe(404);
    }
    expect((await server.request('GET', '/p/any', { headers: { accept: '*/*' } })).status).toBe(404);
    expect((await server.request('POST', '/p/any', { headers: html })).status).toBe(404);
    await server.stop();
  });
});
