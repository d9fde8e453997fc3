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

/** What those who hear the page are told of what has the focus. */
export async function focusedName(page: Page): Promise<string> {
  return page.evaluate(`(() => {
    const element = document.activeElement;
    const label = element.labels?.[0]?.cloneNode(true);
    label?.querySelectorAll('[aria-hidden]').forEach((mark) => mark.remove());
    return (element.getAttribute('aria-label') ?? label?.textContent ?? element.textContent ?? '').trim();
  })()`);
}
