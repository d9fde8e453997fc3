import type { Page } from 'playwright-core';
import { expect } from 'vitest';

/** How long somebody goes round a page by keyboard whose parts are still on their way. */
const patienceMs = 60_000;

/** Goes by Tab until what has this name has the focus. */
export async function tabTo(page: Page, name: string): Promise<void> {
  const reached = new Set<string>();
  const endMs = performance.now() + patienceMs;
  while (performance.now() < endMs) {
    const focused = await focusedName(page);
    if (focused === name) return;
    reached.add(focused);
    await page.keyboard.press('Tab');
  }
  throw new Error(`No Tab leads to ${name}, but to: ${[...reached].join(', ')}`);
}

/** Goes down by arrows, in the menu that has just been opened, until the item whose text holds this has the focus. */
export async function arrowTo(page: Page, text: string): Promise<void> {
  const reached = new Set<string>();
  const endMs = performance.now() + patienceMs;
  while (performance.now() < endMs) {
    // A menu takes the focus a moment after it is drawn: a key that was too early is pressed again.
    await page.keyboard.press('ArrowDown');
    const focused = await focusedName(page);
    if (focused.includes(text)) return;
    reached.add(focused);
  }
  throw new Error(`No arrow leads to ${text}, but to: ${[...reached].join(', ')}`);
}

/** Presses a key, again where it was too early, until the page says this to those who hear it. */
export async function pressUntilSaid(page: Page, key: string, words: string): Promise<void> {
  const said = page.getByText(words);
  await expect
    .poll(async () => {
      await page.keyboard.press(key);
      return said.count();
    })
    .toBeGreaterThan(0);
}

/** What those who hear the page are told of what has the focus. */
export async function focusedName(page: Page): Promise<string> {
  return page.evaluate(`(() => {
    const element = document.activeElement;
    const label = element.labels?.[0]?.cloneNode(true);
    label?.querySelectorAll('[aria-hidden]').forEach((mark) => mark.remove());
    return (element.getAttribute('aria-label') ?? label?.textContent ?? element.textContent ?? '').trim();
  })()`);
}
