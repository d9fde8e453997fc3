import { join } from 'node:path';
import type { BrowserContext } from 'playwright-core';
import type { Api } from '../api.ts';
import { launchBrowser } from '../dashboard/launch-browser.ts';
import type { ShownPage } from './shown-pages.ts';

const schemes = ['light', 'dark'] as const;
const widths = [1440, 375];

/** Takes a picture of each page in light and dark, wide and narrow; `only` keeps those whose name holds one of its words. */
export async function takeScreenshots(
  url: string,
  api: Api,
  pages: ShownPage[],
  folder: string,
  only: string[],
): Promise<number> {
  const wanted = pages.filter(({ name }) => only.length === 0 || only.some((word) => name.includes(word)));
  const browser = await launchBrowser();
  let count = 0;
  try {
    for (const colorScheme of schemes) {
      for (const width of widths) {
        const viewport = { width, height: width > 1000 ? 900 : 812 };
        const context = await browser.newContext({
          baseURL: url,
          viewport,
          colorScheme,
          reducedMotion: 'reduce',
          locale: 'en-GB',
        });
        await signIn(context, api);
        for (const { name, path, isReady, act } of wanted) {
          const page = await context.newPage();
          await page.goto(path);
          await page.getByText(isReady).first().waitFor({ timeout: 20_000 });
          // What is still on its way is part of the page; streams of events never end, so quiet is what is waited for.
          await page.evaluate('document.fonts.ready');
          await page.locator('[role=status][aria-label^=Loading]').first().waitFor({ state: 'detached' });
          await act?.(page);
          // An editor draws only what is in sight, and menus are as high as the window: it is made as high as the page.
          const whole = Number(await page.evaluate('document.documentElement.scrollHeight'));
          if (act === undefined && whole > viewport.height) await page.setViewportSize({ width, height: whole });
          await page.evaluate('new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))');
          await page.screenshot({
            path: join(folder, `${name}-${width}-${colorScheme}.png`),
          });
          await page.close();
          count += 1;
        }
        await context.close();
      }
    }
  } finally {
    await browser.close();
  }
  return count;
}

async function signIn(context: BrowserContext, api: Api): Promise<void> {
  const { items } = await api.get<{ items: { id: string }[] }>('/api/v2/users');
  const link = await api.send<{ sign_in_token: string }>('POST', `/api/v2/users/${items[0]?.id}/sign-in-link`, {});
  const page = await context.newPage();
  await page.goto(`/sign-in?back=/account#${link.sign_in_token}`);
  await page.getByRole('heading', { name: 'Your account' }).waitFor();
  await page.close();
}
