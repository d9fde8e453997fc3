import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { orderForAllDevices } from '../fixtures/orders.ts';
import { startTestServer, type TestServer } from '../test-server.ts';
import { dashboardFiles, expectAccessible, expectNoSideScroll, hasBrowser, useBrowser } from './browser.ts';

const script = '<img src=x onerror=alert(1)>';

describe.skipIf(!hasBrowser)('the settings', () => {
  const browser = useBrowser();
  let server: TestServer;

  beforeAll(async () => {
    server = await startTestServer({ dashboardFiles });
    for (const name of ['Seen', 'Unseen', script]) {
      const key = name === script ? { key: 'script' } : {};
      await server.request('POST', '/api/v2/projects', { body: { name, ...key } });
    }
  });

  afterAll(() => server.stop());

  it('create an access token that works, is shown once, and is refused once it is revoked', async () => {
    const { page, goTo, faults, close } = await browser.open(server);
    await goTo('/settings/access-tokens');
    await page.getByRole('row', { name: /tests/ }).waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Create token' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Create token' }).click();
    await dialog.getByText('must not be empty').waitFor();
    await dialog.getByLabel('Name').fill(script);
    await dialog.getByLabel('Role').selectOption('viewer');
    await dialog.getByLabel('Expires').fill('2020-01-01T10:00');
    await dialog.getByRole('button', { name: 'Create token' }).click();
    await dialog.getByText('expires_at must be in the future').waitFor();
    await dialog.getByLabel('Expires').fill('2090-01-01T10:00');
    await expectAccessible(page);
    await dialog.getByRole('button', { name: 'Create token' }).click();

    const token = (await dialog.getByRole('group', { name: 'Token', exact: true }).textContent()) ?? '';
    expect(token).toMatch(/^twu_/);
    await dialog.getByText(`"user_token": "${token}"`).waitFor();
    await dialog.getByText(`export TIDEWAY_TOKEN=${token}`).waitFor();
    await expectAccessible(page);
    const row = page.getByRole('row').filter({ hasText: script });
    await row.getByText('Not yet', { exact: true }).waitFor();
    expect((await server.request('GET', '/api/v2/projects', { token })).status).toBe(200);
    // By the page's own looking again.
    await row.locator('time[title*="UTC"]').nth(2).waitFor();
    expect(await row.getByText('Not yet', { exact: true }).count()).toBe(0);
    const refused = await server.request('POST', '/api/v2/seen/groups', { token, body: { name: 'North' } });
    expect(refused.status).toBe(403);
    // A slip does not lose what is shown this once.
    await page.keyboard.press('Escape');
    expect(await dialog.getByRole('button', { name: 'Close' }).count()).toBe(0);
    await dialog.getByRole('button', { name: 'I have copied it' }).click();
    await dialog.waitFor({ state: 'detached' });
    expect(await page.content()).not.toContain(token);

    await row.getByRole('button', { name: 'Revoke' }).click();
    await dialog.getByText('are refused within 60 s').waitFor();
    await dialog.getByRole('button', { name: 'Revoke' }).click();
    await row.waitFor({ state: 'detached' });
    expect((await server.request('GET', '/api/v2/projects', { token })).status).toBe(401);
    expect(faults).toEqual([]);
    await close();
  });

  it('invite a user, who signs in by the link and sees only their project', async () => {
    const { page, goTo, faults, close } = await browser.open(server);
    await goTo('/settings/users');
    await page.getByRole('button', { name: 'Invite user' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Email').fill('no email');
    await dialog.getByRole('button', { name: 'Invite' }).click();
    await dialog.getByText('must be an email address').waitFor();
    await dialog.getByLabel('Email').fill('ada@example.org');
    await dialog.getByLabel('Role').selectOption('viewer');
    await dialog.getByLabel('Only some').check();
    await dialog.getByLabel('Which projects').click();
    await page.getByRole('option', { name: 'Seen', exact: true }).click();
    await page.keyboard.press('Escape');
    await expectAccessible(page);
    await dialog.getByRole('button', { name: 'Invite' }).click();
    const link = (await dialog.getByRole('group', { name: 'Sign-in link' }).textContent()) ?? '';
    expect(link).toMatch(new RegExp(`^${server.url}/sign-in#twl_`));
    await page.keyboard.press('Escape');
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await dialog.getByRole('button', { name: 'Copy Sign-in link' }).click();
    await dialog.getByRole('button', { name: 'Close' }).waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(link);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    const row = page.getByRole('row', { name: /ada@example.org/ });
    await row.getByText('seen', { exact: true }).waitFor();
    await expectAccessible(page);

    await row.getByText('Not yet', { exact: true }).waitFor();
    const invited = await browser.open(server, { role: null });
    await invited.goTo(link);
    await invited.page.getByText('Welcome to Tideway').waitFor();
    await invited.goTo('/');
    await invited.page.getByRole('button', { name: 'Project: Seen' }).click();
    const current = invited.page.getByRole('menuitem', { name: 'Seen' });
    await current.getByRole('img', { name: 'the current one' }).waitFor();
    expect(await invited.page.getByRole('menuitem').count()).toBe(1);

    await row.getByText('Not yet', { exact: true }).waitFor({ state: 'detached' });
    await row.locator('time').first().waitFor();
    await expectAccessible(page);
    await row.getByRole('button', { name: 'Change' }).click();
    await dialog.getByLabel('Role').selectOption('operator');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await row.getByRole('cell', { name: 'operator', exact: true }).waitFor();
    await row.getByRole('button', { name: 'New link' }).click();
    await dialog.getByRole('button', { name: 'Make link' }).click();
    await dialog.getByRole('group', { name: 'Sign-in link' }).waitFor();
    await dialog.getByRole('button', { name: 'I have copied it' }).click();
    await row.getByRole('button', { name: 'Lock out' }).click();
    await dialog.getByRole('button', { name: 'Lock out' }).click();
    await row.waitFor({ state: 'detached' });
    await invited.goTo('/account');
    await invited.page.getByRole('button', { name: 'Sign in' }).waitFor();
    expect([faults, invited.faults]).toEqual([[], []]);
    await invited.close();
    await close();
  });

  it('show what others do meanwhile, without being asked', async () => {
    const { page, goTo, faults, close } = await browser.open(server);
    await goTo('/settings/users');
    await page.getByRole('row', { name: /\(you\)/ }).waitFor();
    const body = { email: 'late@example.org', role: 'viewer' };
    const { id } = (await server.request('POST', '/api/v2/users', { body })).body;
    const row = page.getByRole('row', { name: /late@example.org/ });
    await row.getByText('no password yet', { exact: true }).waitFor();
    await server.request('DELETE', `/api/v2/users/${id}`);
    await row.waitFor({ state: 'detached' });
    expect(faults).toEqual([]);
    await close();
  });

  it('show what the server refuses: the last owner stays one', async () => {
    const { page, goTo, close } = await browser.open(server);
    await goTo('/settings/users');
    const row = page.getByRole('row', { name: /owner/ }).first();
    await row.getByRole('button', { name: 'Lock out' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Lock out' }).click();
    await dialog.getByText('is the only owner: make another one first').waitFor();
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await row.getByRole('button', { name: 'Change' }).click();
    await dialog.getByLabel('Role').selectOption('admin');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByText('is the only owner: make another one first').waitFor();
    expect(await dialog.getByLabel('Role').getAttribute('aria-invalid')).toBe('true');
    await close();
  });

  it('create, rename and delete projects, and say how many devices go', async () => {
    const { page, goTo, faults, close } = await browser.open(server);
    await goTo('/settings/projects');
    await page.getByRole('link', { name: script }).waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Create project' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name of the project').fill('Seen');
    await dialog.getByText(/Without one it is seen, or has a number behind that/).waitFor();
    await dialog.getByLabel('Name of the project').fill('Barns');
    await dialog.getByText(/Without one it is barns/).waitFor();
    await expectAccessible(page);
    await dialog.getByRole('button', { name: 'Create project' }).click();
    await page.getByText('Its key is barns.').waitFor();
    const row = page.getByRole('row', { name: /Barns/ });
    await row.getByRole('button', { name: 'Change' }).click();
    await dialog.getByLabel('Key').fill('Not A Key');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByText('must be small letters and digits').waitFor();
    await dialog.getByLabel('Key').fill('seen');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByText(/There is a project .* already/).waitFor();
    await dialog.getByLabel('Key').fill('stables');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await row.getByText('stables').waitFor();

    await server.request('POST', '/api/v2/stables/devices', { body: { name: 'gate-1', group: 'Production' } });
    await orderForAllDevices(server, 'stables', 'dp-0000-0001');
    await row.getByRole('button', { name: 'Delete' }).click();
    await dialog.getByText('1 device').waitFor();
    await dialog.getByLabel('Type stables to confirm').fill('barns');
    expect(await dialog.getByRole('button', { name: 'Delete' }).isDisabled()).toBe(true);
    await expectAccessible(page);
    await dialog.getByLabel('Type stables to confirm').fill('stables');
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await dialog.getByText('Updates are open in this project: dp-0000-0001').waitFor();
    await server.request('POST', '/api/v2/stables/deployments/dp-0000-0001/abort', { body: {} });
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await row.waitFor({ state: 'detached' });
    expect(faults).toEqual([]);
    await close();
  });

  it('create pairing tokens that let as many devices join as they say, until they are revoked', async () => {
    const { page, goTo, faults, close } = await browser.open(server);
    await goTo('/p/unseen/pairing-tokens');
    await page.getByText('There is no pairing token').waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Create token' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Devices that may join with it').fill('5');
    await dialog.getByLabel('Group').click();
    await page.getByRole('option', { name: 'Production' }).click();
    await dialog.getByLabel('Valid for').selectOption('Until it is revoked');
    await dialog.getByLabel('Devices need approval').check();
    await expectAccessible(page);
    await dialog.getByRole('button', { name: 'Create token' }).click();
    await dialog.getByRole('group', { name: 'Pairing token' }).getByText(/^twp_/).waitFor();
    await dialog.getByRole('button', { name: 'I have copied it' }).click();
    const row = page.getByRole('row', { name: /pt-/ });
    await row.getByText('5', { exact: true }).waitFor();
    await row.getByText('needed', { exact: true }).waitFor();
    await row.getByText('Never', { exact: true }).waitFor();
    await expectAccessible(page);
    await row.getByRole('button', { name: 'Revoke' }).click();
    await dialog.getByRole('button', { name: 'Revoke' }).click();
    await page.getByText('There is no pairing token').waitFor();
    expect(faults).toEqual([]);
    await close();
  });

  it('keep a password of a registry that is not typed anew, and ask for it where the host is another one', async () => {
    const { page, goTo, faults, close } = await browser.open(server);
    await goTo('/p/unseen/registries');
    await page.getByText('There is no registry').waitFor();
    await page.getByRole('button', { name: 'Create registry' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name', { exact: true }).fill('edge');
    await dialog.getByLabel('Address').fill('https://devices:secret@registry.example.org');
    await dialog.getByRole('button', { name: 'Create registry' }).click();
    await dialog.getByText('must not contain a user or a password').waitFor();
    await dialog.getByLabel('Address').fill('https://registry.example.org');
    await dialog.getByLabel('Password or token').fill('not to be seen');
    await dialog.getByRole('button', { name: 'Create registry' }).click();
    await dialog.getByText('username is required beside a password').waitFor();
    await dialog.getByLabel('Username').fill('devices');
    await expectAccessible(page);
    await dialog.getByRole('button', { name: 'Create registry' }).click();
    const row = page.getByRole('row', { name: /edge/ });
    await row.getByText('kept').waitFor();
    await expectAccessible(page);

    await row.getByRole('button', { name: 'Change' }).click();
    await dialog.getByLabel('Address').fill('https://registry.example.com');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByText('password is required again where the url names another host').waitFor();
    await dialog.getByLabel('Address').fill('https://registry.example.org/v2');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await row.getByText('https://registry.example.org/v2').waitFor();
    await row.getByText('kept').waitFor();
    expect(await page.content()).not.toContain('not to be seen');
    await row.getByRole('button', { name: 'Delete' }).click();
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await page.getByText('There is no registry').waitFor();
    expect(faults).toEqual([]);
    await close();
  });

  it('show who changed what, with what there was before and after, narrowed by the address', async () => {
    await server.request('POST', '/api/v2/seen/groups', { body: { name: script } });
    await server.request('PATCH', '/api/v2/seen', { body: { name: 'Seen well' } });
    const { page, goTo, faults, close } = await browser.open(server);
    await goTo('/settings/audit-log?project=seen&action=project.');
    const row = page.getByRole('row', { name: /project\.changed/ });
    await row.getByRole('button', { name: 'Show more of it' }).click();
    await page.getByText('"name": "Seen well"').waitFor();
    await page.getByText('"name": "Seen"').waitFor();
    await expectAccessible(page);
    expect(await page.getByRole('row', { name: /group\.created/ }).count()).toBe(0);

    await page.getByLabel('What').selectOption('group');
    await page
      .getByRole('row', { name: /group\.created/ })
      .getByText(script)
      .filter({ visible: true })
      .waitFor();
    expect(new URL(page.url()).searchParams.get('action')).toBe('group.');
    await page.getByLabel('By whom').fill('nobody@example.org');
    await page.getByRole('button', { name: 'Narrow' }).click();
    await page.getByText('Nothing of this kind was changed').waitFor();
    await page.getByRole('link', { name: 'Show all' }).click();
    await page
      .getByRole('row', { name: /project\.changed/ })
      .first()
      .waitFor();
    expect(await page.getByLabel('By whom').inputValue()).toBe('');
    expect(faults).toEqual([]);
    await close();
  });

  it('show what was changed in whole words, however wide the window is', async () => {
    for (const width of [1280, 375]) {
      const { page, goTo, faults, close } = await browser.open(server, { width, height: 900 });
      await goTo('/settings/audit-log');
      await page.getByText('access_token.created').first().waitFor();
      // One rectangle for each line that a word stands on.
      const lines = (await page.evaluate(`[...document.querySelectorAll('td .mono > span')].flatMap((shown) =>
        [...shown.childNodes].filter(({ nodeType }) => nodeType === Node.TEXT_NODE).map((word) => {
          const range = document.createRange();
          range.selectNodeContents(word);
          return [word.data, range.getClientRects().length];
        }))`)) as [string, number][];
      expect(lines).toContainEqual(['access_token.', 1]);
      expect(lines.filter(([, count]) => count > 1)).toEqual([]);
      await expectNoSideScroll(page);
      expect(faults).toEqual([]);
      await close();
    }
  });

  it('tell a viewer which role a page needs, and offer only what a viewer may', async () => {
    const { page, goTo, faults, close } = await browser.open(server, { role: 'viewer' });
    const pages = ['/settings/users', '/settings/projects', '/settings/audit-log', '/p/seen/pairing-tokens'];
    for (const path of [...pages, '/p/seen/registries']) {
      await goTo(path);
      await page.getByText('This page needs the role admin').waitFor();
    }
    await expectAccessible(page);
    await goTo('/settings/access-tokens');
    await page.getByText('There is no access token').waitFor();
    expect(await page.getByRole('link', { name: 'Users' }).count()).toBe(0);
    await page.getByRole('button', { name: 'Create token' }).click();
    const offered = page.getByRole('dialog').getByLabel('Role').getByRole('option');
    await expect.poll(() => offered.count()).toBe(1);
    expect(faults).toEqual([]);
    await close();
  });

  it('offer the groups of a project in each form, whichever page has read them first', async () => {
    const { page, goTo, faults, close } = await browser.open(server);
    await goTo('/p/seen/devices');
    await page.getByRole('button', { name: 'Filter', exact: true }).click();
    await page.getByLabel('In any of these groups').first().click();
    await page.getByRole('option', { name: 'Production' }).waitFor();
    await page.getByRole('link', { name: 'Register device' }).first().click();
    await page.getByText('For one device, valid for a day. Change this').click();
    await page.getByLabel('Group', { exact: true }).first().click();
    await page.getByRole('option', { name: 'Production' }).waitFor();
    await page.getByRole('link', { name: 'Pairing tokens' }).click();
    await page.getByRole('button', { name: 'Create token' }).click();
    await page.getByRole('dialog').getByLabel('Group').click();
    await page.getByRole('option', { name: 'Production' }).last().click();
    expect(faults).toEqual([]);
    await close();
  });

  it('read an address that looks like numbers', async () => {
    const { page, goTo, faults, close } = await browser.open(server);
    await goTo('/settings/audit-log?search=17&actor=5');
    await page.getByText('Nothing of this kind was changed').waitFor();
    expect(await page.getByLabel('By whom').inputValue()).toBe('5');
    await goTo('/p/seen/artifacts?prefix=1');
    await page.getByText("No artifact's path begins with 1").waitFor();
    expect(faults).toEqual([]);
    await close();
  });

  it('say on a phone, too, who came and which token is used', async () => {
    const body = { email: `${'someone-with-a-name-'.repeat(3)}@example.org`, role: 'operator' };
    await server.request('POST', '/api/v2/users', { body });
    const token = { name: 'a-pipeline-with-a-name-'.repeat(4), role: 'operator', expires_at: '2090-01-01T10:00:00Z' };
    await server.request('POST', '/api/v2/access-tokens', { body: token });
    const { page, goTo, faults, close } = await browser.open(server, { width: 375, height: 812 });
    for (const [path, column, name] of [
      ['users', 'Last seen', body.email],
      ['access-tokens', 'Last used', token.name],
    ] as const) {
      await goTo(`/settings/${path}`);
      const row = page.getByRole('row').filter({ hasText: name });
      await row.getByText('Not yet', { exact: true }).waitFor();
      await row.getByText('operator', { exact: true }).filter({ visible: true }).waitFor();
      await page.getByRole('columnheader', { name: column }).waitFor();
      const table = `document.querySelector('section[aria-label$=", a table"]')`;
      expect(await page.evaluate(`${table}.scrollWidth - ${table}.clientWidth`)).toBe(0);
      await expectNoSideScroll(page);
      await expectAccessible(page);
    }
    expect(faults).toEqual([]);
    await close();
  });

  it('fit a narrow window, each page', async () => {
    const { page, goTo, faults, close } = await browser.open(server, { width: 375, height: 812 });
    const pages = ['access-tokens', 'users', 'projects', 'audit-log'].map((name) => `/settings/${name}`);
    for (const path of [...pages, '/p/seen/pairing-tokens', '/p/seen/registries', '/account']) {
      await goTo(path);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await page
        .getByRole('status', { name: /^Loading/ })
        .first()
        .waitFor({ state: 'detached' });
      await expectNoSideScroll(page);
      await expectAccessible(page);
    }
    expect(faults).toEqual([]);
    await close();
  });
});
