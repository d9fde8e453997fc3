import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Role } from '@tideway/protocol';
import axe from 'axe-core';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';
import type { TestServer } from '../test-server.ts';
import { launchBrowser } from './launch-browser.ts';

export { hasBrowser } from './launch-browser.ts';

/** Folder of the built dashboard, for a test server that gives it out. */
export const dashboardFiles = join(dirname(fileURLToPath(import.meta.url)), '../../../../dist/dashboard');

/** One real browser for the tests of a file, whose pages each have cookies of their own. */
export function useBrowser(): { open: (server: TestServer, options?: OpenOptions) => Promise<DashboardPage> } {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());
  return { open: (server, options) => openDashboard(browser, server, options) };
}

export type OpenOptions = {
  /** Who looks: the owner where it is left out, a new user of that role otherwise; nobody where it is null. */
  role?: Role | null;
  width?: number;
  height?: number;
  colorScheme?: 'light' | 'dark';
};

/** A page of the dashboard in a browser session of its own. */
export type DashboardPage = {
  page: Page;
  /** Goes to a path of the dashboard. */
  goTo: (path: string) => Promise<void>;
  /** What the page's scripts threw, said on the console as errors, or were kept from by the page's policy. */
  faults: string[];
  close: () => Promise<void>;
};

export async function openDashboard(
  browser: Browser,
  server: TestServer,
  { role = 'owner', width = 1440, height = 900, colorScheme = 'light' }: OpenOptions = {},
): Promise<DashboardPage> {
  const context = await browser.newContext({
    baseURL: server.url,
    viewport: { width, height },
    colorScheme,
    reducedMotion: 'reduce',
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
  });
  // For what never comes: machines differ in speed.
  context.setDefaultTimeout(60_000);
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(error.stack ?? error.message));
  page.on('console', (message) => {
    // The browser itself says so of every call that is refused; what the page makes of it is looked at.
    if (message.type() === 'error' && !/^Failed to load resource/.test(message.text())) faults.push(message.text());
  });
  if (role !== null) await signIn(context, server, role);
  return {
    page,
    goTo: async (path) => {
      await page.goto(path);
    },
    faults,
    close: () => context.close(),
  };
}

/** As the page behind a sign-in link does it; that page itself is looked at where it is what a test is about. */
async function signIn({ request }: BrowserContext, server: TestServer, role: Role): Promise<void> {
  const answer = await request.post('/api/v2/session/by-link', {
    data: { token: await signInToken(server, role) },
    headers: { origin: server.url },
  });
  if (!answer.ok()) throw new Error(`Not signed in: ${await answer.text()}`);
}

/** A token that signs somebody of this role in, once. */
export async function signInToken(server: TestServer, role: Role): Promise<string> {
  const made =
    role === 'owner'
      ? await server.request('POST', `/api/v2/users/${await ownerId(server)}/sign-in-link`)
      : await server.request('POST', '/api/v2/users', { body: { email: `${role}-${Date.now()}@example.org`, role } });
  if (made.status >= 300) throw new Error(`No sign-in link: ${JSON.stringify(made.body)}`);
  return made.body.sign_in_token;
}

async function ownerId(server: TestServer): Promise<string> {
  const { body } = await server.request('GET', '/api/v2/users');
  return body.items[0].id;
}

type AxeResult = { violations: { id: string; impact: string; help: string; nodes: { html: string }[] }[] };

/** Fails where a rule of WCAG 2.1 AA is broken seriously on the page as it stands. */
export async function expectAccessible(page: Page): Promise<void> {
  await page.evaluate(axe.source);
  const { violations } = (await page.evaluate(
    "axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] })",
  )) as AxeResult;
  const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  expect(serious.map(({ id, help, nodes }) => [id, help, nodes.map(({ html }) => html.slice(0, 200))])).toEqual([]);
}

/** Fails where the page as a whole can be scrolled sideways: what is wide has to scroll in itself. */
export async function expectNoSideScroll(page: Page): Promise<void> {
  const [wide, shown] = (await page.evaluate('[document.documentElement.scrollWidth, window.innerWidth]')) as number[];
  expect(wide).toBeLessThanOrEqual(shown ?? 0);
}
