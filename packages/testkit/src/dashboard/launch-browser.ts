import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

/** Debian's name for it, and what others call it. */
const chromiumFile = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);

/** Whether there is a browser; without one the tests of the dashboard are skipped. */
export const hasBrowser = chromiumFile !== undefined;

/** A real browser without a window. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: chromiumFile ?? '',
    // As root there is no sandbox; and without a network nothing is to be asked for that is not of the test.
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
