import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { oneRow } from '@tideway/server';
import { sql } from 'kysely';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser } from '../../packages/testkit/src/dashboard/launch-browser.ts';
import type { Bench, Row } from '../bench.ts';
import { type Fleet, largestProject } from '../fleet/make-fleet.ts';
import { insertOpenUpdates, pickDevices, removeDeployment } from '../fleet/rows-of-fleet.ts';
import { type Result, resultOf } from '../measuring/result.ts';
import type { LoadCommands } from '../parts/load-part.ts';
import { startPart } from '../parts/part.ts';
import { callApi, type StartedServer, startServerPart } from '../parts/start-server.ts';

const rounds = 5;
const liveUpdates = 10_000;
const reportsPerS = 1000;
const browsers = 20;
const files = fileURLToPath(new URL('dashboard', import.meta.url));

/** The dashboard in a real browser: what it loads, how it scrolls, and whether it bears a deployment at full speed. */
export const dashboardRow: Row = {
  name: 'dashboard',
  measure: async (bench) => {
    const fleet = await bench.browsedFleet();
    const browser = await launchBrowser();
    try {
      return [...(await measureLoaded(bench, browser, fleet)), await measureScrolling(bench, browser, fleet)];
    } finally {
      await browser.close();
    }
  },
};

async function measureLoaded(bench: Bench, browser: Browser, fleet: Fleet): Promise<Result[]> {
  const server = await startServerPart(bench, fleet);
  try {
    return [await measureSize(browser, server, fleet), ...(await measureLive(bench, browser, server, fleet))];
  } finally {
    await server.stop();
  }
}

/** What the browser has fetched of scripts until the first page is there; gzipped, whatever it was sent. */
async function measureSize(browser: Browser, server: StartedServer, fleet: Fleet): Promise<Result> {
  const page = await signedInPage(browser, server, fleet);
  await page.goto(`/p/${largestProject(fleet).key}`);
  await page.getByText('irrigation').first().waitFor();
  const urls = await page.evaluate<string[]>(
    "performance.getEntriesByType('resource').map((entry) => entry.name).filter((name) => name.endsWith('.js'))",
  );
  const bytes = urls.reduce((sum, url) => sum + statSync(join(files, `${new URL(url).pathname}.gz`)).size, 0);
  await page.context().close();
  const all = readdirSync(join(files, 'assets')).filter((name) => name.endsWith('.js'));
  return resultOf({
    name: 'dashboard: JavaScript before the first page, gzipped',
    value: bytes / 1000,
    baseline: 250,
    limit: 1,
    direction: 'at_most',
    unit: 'kB',
    note: `${urls.length} of ${all.length} files`,
  });
}

/**
 * The longest time between two frames while the whole list is scrolled. In use the server is on another machine: here it
 * stands still meanwhile, so that its work, as the count of the fleet that the page asks for, costs no frames. Nor do its
 * answers, of which a page draws what has changed of the rows in sight.
 */
async function measureScrolling(bench: Bench, browser: Browser, fleet: Fleet): Promise<Result> {
  const server = await startServerPart(bench, fleet);
  const project = largestProject(fleet);
  const page = await signedInPage(browser, server, fleet);
  await page.goto(`/p/${project.key}/devices`);
  await page.getByRole('grid').waitFor();
  await page.evaluate<number>(scrollToEnd);
  const rows = await page.getByRole('grid').getAttribute('aria-rowcount');
  const [longestMs, emptyMs] = await server.whilePaused(async () => {
    const ofDevices = await scrollRounds(page);
    await page.setContent(
      '<div role="grid" style="height:600px;overflow:auto"><div style="height:4000000px"></div></div>',
    );
    return [ofDevices, await scrollRounds(page)];
  });
  await page.context().close();
  await server.stop();
  return resultOf({
    name: `dashboard: longest frame while ${project.devices} devices are scrolled, the server standing still`,
    value: Math.max(...longestMs),
    baseline: 50,
    limit: 1,
    direction: 'at_most',
    unit: 'ms',
    note: `${Number(rows) - 1} rows; rounds: ${longestMs.join(', ')} ms; of an empty list: ${emptyMs.join(', ')} ms`,
  });
}

async function scrollRounds(page: Page): Promise<number[]> {
  const longestMs: number[] = [];
  for (let round = 0; round < rounds; round += 1) longestMs.push(await page.evaluate<number>(scrollAll));
  return longestMs;
}

/** Reads all pages of the list: its end is where no more come. */
const scrollToEnd = `(async () => {
  const frame = document.querySelector('[role=grid]');
  const body = frame.querySelector('[role=rowgroup]');
  let height = 0;
  for (let still = 0; still < 40; ) {
    frame.scrollTop = frame.scrollHeight;
    await new Promise((resolve) => setTimeout(resolve, 50));
    still = body.clientHeight === height ? still + 1 : 0;
    height = body.clientHeight;
  }
  return height;
})()`;

/** Two screens a frame for some seconds, down and up again; gives the longest time between two frames, in whole ms. */
const scrollAll = `(async () => {
  const frame = document.querySelector('[role=grid]');
  frame.scrollTop = 0;
  const nextFrame = () => new Promise(requestAnimationFrame);
  await nextFrame();
  let last = await nextFrame();
  let longest = 0;
  for (let count = 0; count < 400; count += 1) {
    frame.scrollTop += (count < 200 ? 1 : -1) * 2 * frame.clientHeight;
    const now = await nextFrame();
    longest = Math.max(longest, now - last);
    last = now;
  }
  return Math.round(longest);
})()`;

/** A page that shows a deployment while its devices report a thousand times a second. */
async function measureLive(bench: Bench, browser: Browser, server: StartedServer, fleet: Fleet): Promise<Result[]> {
  const project = largestProject(fleet);
  const devices = await pickDevices(fleet.db, project, liveUpdates);
  const load = await startPart<LoadCommands>('load');
  const updateId = 'watched';
  const deviceIds = devices.map(({ id }) => id);
  await insertOpenUpdates(fleet.db, project, updateId, { deviceIds, status: 'in_progress' });
  const tickets = await server.ask('createTickets', devices);
  const page = await signedInPage(browser, server, fleet);
  await page.addInitScript(`
    window.longTasks = [];
    new PerformanceObserver((list) => window.longTasks.push(...list.getEntries().map((entry) => entry.duration)))
      .observe({ type: 'longtask' });
  `);
  await page.goto(`/p/${project.key}/deployments/${updateId}`);
  await page.getByText('Live', { exact: true }).waitFor();
  // What it takes to come up is not what is measured.
  await page.evaluate('window.longTasks.length = 0');
  const seconds = bench.sizes.loadS;
  await load.ask('run', {
    ...{ url: server.url, tickets, updateId, repeats: false },
    ...{ connections: browsers, seconds, perS: reportsPerS },
  });
  const { success } = await oneRow<{ success: number }>(
    fleet.db,
    sql`select c.success from deployment_count c join deployment d on d.id = c.deployment_id where d.public_id = ${updateId}`,
  );
  const shown = new Intl.NumberFormat('en').format(success);
  const saidMs = Date.now();
  await page.getByText(shown, { exact: true }).first().waitFor({ timeout: 30_000 });
  const rightAfterS = (Date.now() - saidMs) / 1000;
  const longest = await page.evaluate<number>('Math.max(0, ...window.longTasks)');
  await page.context().close();
  await load.stop();
  await removeDeployment(fleet.db, updateId);
  const name = `dashboard: ${liveUpdates} updates live at ${reportsPerS} reports/s`;
  return [
    resultOf({
      name: `${name}, longest task`,
      value: longest,
      baseline: 100,
      limit: 1,
      direction: 'at_most',
      unit: 'ms',
    }),
    resultOf({
      name: `${name}, right after`,
      value: rightAfterS,
      baseline: 2,
      limit: 1,
      direction: 'at_most',
      unit: 's',
    }),
  ];
}

async function signedInPage(browser: Browser, server: StartedServer, fleet: Fleet): Promise<Page> {
  const { items } = await callApi<{ items: { id: string }[] }>(server.url, fleet.token, '/api/v2/users');
  const path = `/api/v2/users/${items[0]?.id}/sign-in-link`;
  const { sign_in_token } = await callApi<{ sign_in_token: string }>(server.url, fleet.token, path, {});
  const context = await browser.newContext({ baseURL: server.url, viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  await page.goto(`/sign-in?back=/account#${sign_in_token}`);
  await page.getByRole('heading', { name: 'Your account' }).waitFor();
  return page;
}
