import { reach } from './api/call.ts';

/** A part of the dashboard that may come only with a new page. */
export class MissingPart extends Error {
  override name = 'MissingPart';
}

/**
 * Loads a part of the dashboard when it is needed. Since the page was opened, the server may have become a newer one; and
 * some browsers ask for a part that did not come once never again.
 */
export async function loadPart<Part>(load: () => Promise<Part>): Promise<Part> {
  try {
    return await load();
  } catch (error) {
    const isNewer = await isOutdated();
    const what = isNewer ? 'Tideway was updated.' : 'A part of this page could not be loaded.';
    throw new MissingPart(`${what} Reload this page to go on.`, { cause: error });
  }
}

/** Whether the server gives out another program than the one that runs here. */
async function isOutdated(): Promise<boolean> {
  const own = document.querySelector('script[type=module]')?.getAttribute('src');
  const page = await reach('/', { headers: { accept: 'text/html' }, cache: 'no-store' });
  return page.ok && own != null && !(await page.text()).includes(own);
}
