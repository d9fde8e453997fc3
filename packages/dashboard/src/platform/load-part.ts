import { reach } from './api/call.ts';

/** A part of the dashboard that the server does not have any more. */
export class MissingPart extends Error {
  constructor(cause: unknown) {
    super('Tideway was updated. Reload this page to go on.', { cause });
    this.name = 'MissingPart';
  }
}

/** Loads a part of the dashboard when it is needed. Since the page was opened, the server may have become a newer one. */
export async function loadPart<Part>(load: () => Promise<Part>): Promise<Part> {
  try {
    return await load();
  } catch (error) {
    if (await isOutdated()) throw new MissingPart(error);
    throw new Error('A part of this page could not be loaded: try again in a moment.', { cause: error });
  }
}

/** Whether the server gives out another program than the one that runs here. */
async function isOutdated(): Promise<boolean> {
  const own = document.querySelector('script[type=module]')?.getAttribute('src');
  const page = await reach('/', { headers: { accept: 'text/html' }, cache: 'no-store' });
  return page.ok && own != null && !(await page.text()).includes(own);
}
