import { cpSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { makeDeviceFleet } from '../fixtures/device-fleet.ts';
import { startTestServer } from '../test-server.ts';
import { dashboardFiles, expectAccessible, hasBrowser, useBrowser } from './browser.ts';

const html = { accept: 'text/html' };

describe.skipIf(!hasBrowser)('a dashboard that is replaced under a running server', () => {
  const browser = useBrowser();
  const home = mkdtempSync(join(tmpdir(), 'tideway-dashboard-'));
  const files = join(home, 'dashboard');

  beforeEach(() => {
    rmSync(files, { recursive: true, force: true });
    cpSync(dashboardFiles, files, { recursive: true });
  });

  afterAll(() => rmSync(home, { recursive: true }));

  it('is given out as it is now, and what it has no more is not found', async () => {
    const server = await startTestServer({ dashboardFiles: files });
    const before = await assets();
    expect((await server.request('GET', before[0] ?? '')).status).toBe(200);
    replace();
    const after = await assets();
    expect(after).not.toEqual(before);
    for (const path of after) {
      const { status, headers } = await server.request('GET', path);
      expect([status, headers.get('cache-control')]).toEqual([200, 'public, max-age=31536000, immutable']);
    }
    for (const path of before) expect((await server.request('GET', path, { headers: html })).status).toBe(404);
    await server.stop();

    async function assets(): Promise<string[]> {
      const { status, body } = await server.request('GET', '/', { headers: html });
      expect(status).toBe(200);
      return String(body).match(/\/assets\/[^"]+/g) ?? [];
    }
  });

  it('may come after the start, and gives out nothing beside its files', async () => {
    rmSync(files, { recursive: true });
    const server = await startTestServer({ dashboardFiles: files });
    expect((await server.request('GET', '/', { headers: html })).status).toBe(404);
    cpSync(dashboardFiles, files, { recursive: true });
    writeFileSync(join(home, 'secret.txt'), 'not for the web');
    expect((await server.request('GET', '/', { headers: html })).status).toBe(200);
    const icon = await server.request('GET', '/favicon.svg?again', { headers: { accept: 'image/*' } });
    expect([icon.status, icon.headers.get('content-type')]).toEqual([200, 'image/svg+xml']);
    for (const path of [
      '/.built-from',
      '/index.html',
      '/index.html.gz',
      '/..%2fsecret.txt',
      '/%2e%2e/secret.txt',
      '/assets',
      `/${'x'.repeat(300)}`,
      `/api/v2/${'x'.repeat(300)}`,
    ]) {
      expect([path, (await server.request('GET', path)).status]).toEqual([path, 404]);
    }
    await server.stop();
  });

  it('is said to be updated on a page that misses a part of it, which goes on when it is reloaded', async () => {
    const server = await startTestServer({ dashboardFiles: files });
    await makeDeviceFleet(server, 'Greenhouses');
    const { page, goTo, faults, close } = await browser.open(server);
    await goTo('/p/greenhouses/devices');
    await page.getByRole('heading', { level: 1, name: 'Devices' }).waitFor();
    replace();
    await page.getByRole('link', { name: 'Update flows' }).click();
    await page.getByRole('alert').getByText('Tideway was updated. Reload this page to go on.').waitFor();
    await page.getByRole('link', { name: 'Deployments' }).waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Reload' }).click();
    await page.getByRole('heading', { level: 1, name: 'Update flows' }).waitFor();
    expect(faults.filter((fault) => !isMissing(fault))).toEqual([]);
    await close();
    await server.stop();
  });

  it('is not what is wrong where the server cannot be reached for a moment', async () => {
    const server = await startTestServer({ dashboardFiles: files });
    await makeDeviceFleet(server, 'Greenhouses');
    const { page, goTo, close } = await browser.open(server);
    await goTo('/p/greenhouses/devices');
    await page.getByRole('heading', { level: 1, name: 'Devices' }).waitFor();
    await page.context().setOffline(true);
    await page.getByRole('link', { name: 'Update flows' }).click();
    await page.getByRole('alert').getByText('The server cannot be reached.').waitFor();
    await page.context().setOffline(false);
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('heading', { level: 1, name: 'Update flows' }).waitFor();
    await close();
    await server.stop();
  });

  /** Puts another build in the place of the one there: the same pages, by other names of their files. */
  function replace(): void {
    const next = join(home, 'next');
    cpSync(files, next, { recursive: true });
    const names = readdirSync(join(next, 'assets')).filter((name) => /\.(js|css)$/.test(name));
    const renamed = new RegExp(names.map((name) => name.replaceAll('.', '\\.')).join('|'), 'g');
    const later = (name: string) => name.replace(/\.(js|css)$/, '-later.$1');
    for (const path of ['index.html', ...names.map((name) => `assets/${name}`)]) {
      for (const twin of ['.gz', '.br']) rmSync(join(next, path + twin), { force: true });
      const text = readFileSync(join(next, path), 'utf8').replace(renamed, later);
      rmSync(join(next, path));
      writeFileSync(join(next, path === 'index.html' ? path : later(path)), text);
    }
    renameSync(files, join(home, 'former'));
    renameSync(next, files);
    rmSync(join(home, 'former'), { recursive: true });
  }
});

/** The browser and the router tell of the missing part also on the console. */
function isMissing(fault: string): boolean {
  return /dynamically imported module|Tideway was updated|MissingPart/.test(fault);
}
