import type { Page } from 'playwright-core';

/** Goes by Tab until what has this name has the focus. */
export async function tabTo(page: Page, name: string): Promise<void> {
  const reached: string[] = [];
  while (reached.length < 150) {
    const focused = await focusedName(page);
    if (focused === name) return;
    reached.push(focused);
    await page.keyboard.press('Tab');
  }
  throw new Error(`No Tab leads to ${name}, but to: ${reached.join(', ')}`);
}

/** Goes down by arrows, in the menu that has just been opened, until the item whose text holds this has the focus. */
export async function arrowTo(page: Page, text: string): Promise<void> {
  const reached: string[] = [];
  while (reached.length < 100) {
    // A menu takes the focus a moment after it is drawn: a key that was too early is pressed again.
    await page.keyboard.press('ArrowDown');
    const focused = await focusedName(page);
    if (focused.includes(text)) return;
    reached.push(focused);
  }
  throw new Error(`No arrow leads to ${text}, but to: ${reached.join(', ')}`);
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
