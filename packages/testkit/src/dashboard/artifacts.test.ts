import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type DeviceFleet, makeDeviceFleet } from '../fixtures/device-fleet.ts';
import { startTestServer, type TestServer } from '../test-server.ts';
import {
  type DashboardPage,
  dashboardFiles,
  expectAccessible,
  expectNoSideScroll,
  hasBrowser,
  useBrowser,
} from './browser.ts';
import { UploadGate } from './upload-gate.ts';

const maxArtifactBytes = 20_000_000;
/** More than what a broken line between browser and server can have taken in. */
const longBytes = 16_000_000;
const script = '<img src=x onerror="window.wasRun=true">';

describe.skipIf(!hasBrowser)('artifacts', () => {
  const browser = useBrowser();
  const folder = mkdtempSync(join(tmpdir(), 'tideway-uploads-'));
  let server: TestServer;
  let fleet: DeviceFleet;
  let gate: UploadGate;
  let shown: DashboardPage;

  beforeAll(async () => {
    server = await startTestServer({ dashboardFiles, maxArtifactBytes });
    gate = await UploadGate.open(server.url);
    fleet = await makeDeviceFleet(server, 'Greenhouses');
    for (const path of ['app/1.0.0/app.bin', 'app/readme', `odd/${script}/file`]) await put(path, `bytes of ${path}`);
  });

  beforeEach(async () => {
    shown = await browser.open({ ...server, url: gate.url });
    return async () => {
      gate.release();
      expect(shown.faults).toEqual([]);
      await shown.close();
    };
  });

  afterAll(async () => {
    await gate.close();
    await server.stop();
    rmSync(folder, { recursive: true });
  });

  it('are found folder by folder, with an address for each, and what a path holds is text', async () => {
    const { page, goTo } = shown;
    await goTo('/p/greenhouses/artifacts');
    await page.getByRole('link', { name: 'app/' }).click();
    await page.getByRole('link', { name: '1.0.0/' }).click();
    await page.getByRole('link', { name: 'app.bin' }).waitFor();
    expect(new URL(page.url()).searchParams.get('prefix')).toBe('app/1.0.0/');
    await expectAccessible(page);
    const folder = page.getByRole('navigation', { name: 'Folder' });
    await folder.getByRole('link', { name: 'app', exact: true }).click();
    await page.getByRole('link', { name: 'readme' }).waitFor();
    await folder.getByRole('link', { name: 'All artifacts' }).click();
    await page.getByRole('link', { name: 'odd/' }).click();
    await page.getByRole('link', { name: script }).click();
    await page.getByRole('link', { name: 'file' }).click();
    await page.getByRole('heading', { name: `odd/${script}/file` }).waitFor();
    expect(await page.evaluate('window.wasRun')).toBeUndefined();
    await goTo('/p/greenhouses/artifacts?prefix=nowhere%2F');
    await page.getByText("No artifact's path begins with nowhere/").waitFor();
    await goTo('/p/greenhouses/artifacts?artifact=nowhere');
    await page.getByText('There is no such artifact').waitFor();
  });

  it('are uploaded below the folder that is shown, also an empty one, and downloaded as they are', async () => {
    const { page, goTo } = shown;
    await goTo('/p/greenhouses/artifacts?prefix=app%2F');
    const bytes = Buffer.alloc(2_000_000, 'tide');
    await choose([file('large.bin', bytes), file('nothing.txt', ''), file('<b>.txt', 'b')]);
    await page.getByLabel('Path of large.bin').fill('app/2.0.0/large.bin');
    await page.getByText('0 bytes: this file is empty, and is kept so').waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Upload 3 files' }).click();
    for (const name of ['large.bin', 'nothing.txt', '<b>.txt']) await line(name).getByText('Uploaded').waitFor();
    expect(await sizesBelow('app/')).toMatchObject({
      'app/2.0.0/large.bin': 2_000_000,
      'app/nothing.txt': 0,
      'app/<b>.txt': 1,
    });
    await page.getByRole('link', { name: 'nothing.txt' }).waitFor();

    await line('large.bin').getByRole('link', { name: 'Show it' }).click();
    const details = page.getByRole('region', { name: 'app/2.0.0/large.bin' });
    await details.getByText(createHash('sha256').update(bytes).digest('hex')).waitFor();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      details.getByRole('link', { name: 'Download' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('large.bin');
    expect((await readFile(await download.path())).equals(bytes)).toBe(true);
  });

  it('show how far they are while they are sent, and can be cancelled: nothing of them is kept then', async () => {
    const { page, goTo } = shown;
    await goTo('/p/greenhouses/artifacts');
    const before = await server.deps.blobs.list('artifacts');
    await choose([longFile('slow.bin', longBytes), file('later.bin', 'later')]);
    gate.hold();
    await page.getByRole('button', { name: 'Upload 2 files' }).click();
    await line('slow.bin').getByRole('progressbar', { name: 'Progress of slow.bin' }).waitFor();
    await line('later.bin').getByText('Waits for the one before').waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Cancel slow.bin' }).click();
    await line('slow.bin').getByText('Cancelled. Nothing of the file was kept.').waitFor();
    gate.release();
    await line('later.bin').getByText('Uploaded').waitFor();
    await expect.poll(() => server.deps.blobs.list('artifacts')).toHaveLength(before.length + 1);
    expect(await sizesBelow('slow')).toEqual({});
  });

  it('leave nothing half done where the connection breaks, and can be sent again', async () => {
    const { page, goTo } = shown;
    await goTo('/p/greenhouses/artifacts');
    const before = await server.deps.blobs.list('artifacts');
    await choose([longFile('broken.bin', longBytes)]);
    gate.hold();
    await page.getByRole('button', { name: 'Upload 1 file' }).click();
    await expect.poll(() => gate.isHeld).toBe(true);
    gate.breakOff();
    await line('broken.bin').getByText('The connection broke off. Nothing of the file was kept.').waitFor();
    await expect.poll(() => server.deps.blobs.list('artifacts')).toEqual(before);
    expect(await sizesBelow('broken')).toEqual({});
    gate.release();
    await page.getByRole('button', { name: 'Try again: broken.bin' }).click();
    await line('broken.bin').getByText('Uploaded').waitFor();
    expect(await sizesBelow('broken')).toEqual({ 'broken.bin': longBytes });
  });

  it('ask before they are broken off by who leaves the page, and keep nothing of what was on its way', async () => {
    const { page, goTo } = shown;
    await goTo('/p/greenhouses/artifacts');
    const before = await server.deps.blobs.list('artifacts');
    await choose([longFile('left.bin', longBytes), file('left-waiting.txt', 'waits')]);
    gate.hold();
    await page.getByRole('button', { name: 'Upload 2 files' }).click();
    await line('left-waiting.txt').getByText('Waits for the one before').waitFor();
    const question = page.getByRole('dialog', { name: 'Leave while files are uploaded?' });
    await page.getByRole('link', { name: 'Apps' }).click();
    await expectAccessible(page);
    await question.getByRole('button', { name: 'Stay' }).click();
    await line('left.bin').getByRole('progressbar').waitFor();
    await page.getByRole('link', { name: 'Apps' }).click();
    await question.getByRole('button', { name: 'Leave' }).click();
    await page.getByRole('heading', { level: 1, name: 'Apps' }).waitFor();
    gate.release();
    await goTo('/p/greenhouses/artifacts');
    await page.getByRole('link', { name: 'app/' }).waitFor();
    await expect.poll(() => server.deps.blobs.list('artifacts')).toEqual(before);
    expect(await sizesBelow('left')).toEqual({});
  });

  it('are refused where they are too large, where the path is bad, and where something else is', async () => {
    const { page, goTo } = shown;
    await goTo('/p/greenhouses/artifacts');
    await choose([
      longFile('huge.bin', maxArtifactBytes + 1),
      file('outside.txt', 'outside'),
      file('taken.txt', 'other bytes'),
    ]);
    await page.getByLabel('Path of outside.txt').fill('../outside.txt');
    await page.getByLabel('Path of taken.txt').fill('app/readme');
    await page.getByRole('button', { name: 'Upload 3 files' }).click();
    await line('huge.bin').getByText('an artifact must have at most 20,000,000').waitFor();
    await line('outside.txt').getByText('The path must have no segment that is empty').waitFor();
    await line('taken.txt').getByText('There is an artifact app/readme with other content').waitFor();
    await expectAccessible(page);
    await page.getByLabel('Path of taken.txt').fill('app/readme-2');
    await page.getByRole('button', { name: 'Try again: taken.txt' }).click();
    await line('taken.txt').getByText('Uploaded').waitFor();
    await page.getByRole('button', { name: 'Remove huge.bin' }).click();
    await line('huge.bin').waitFor({ state: 'detached' });
    expect(Object.keys(await sizesBelow('app/readme'))).toEqual(['app/readme', 'app/readme-2']);
  });

  it('can be dropped on the page', async () => {
    const { page, goTo } = shown;
    await goTo('/p/greenhouses/artifacts?prefix=app%2F');
    await page.getByRole('link', { name: 'readme', exact: true }).waitFor();
    const dataTransfer = await page.evaluateHandle(
      "(() => { const held = new DataTransfer(); held.items.add(new File(['tide'], 'dropped.txt')); return held; })()",
    );
    await page.dispatchEvent('body', 'dragover', { dataTransfer });
    await page.getByText('Let go to add these files').waitFor();
    await page.dispatchEvent('body', 'drop', { dataTransfer });
    await page.getByRole('button', { name: 'Upload 1 file' }).click();
    await line('dropped.txt').getByText('Uploaded').waitFor();
    expect(await sizesBelow('app/dropped')).toEqual({ 'app/dropped.txt': 4 });
  });

  it('say where they are used, and are deleted only where no open update needs them', async () => {
    const { page, goTo } = shown;
    await put('used/app.bin', 'used');
    const device = await fleet.joinDevice('pump-1');
    const step = '{ name: place, uses: tideway/files, with: { artifact: used/app.bin, path: /opt/app } }';
    const flow = `flows: { uses-it: { steps: [${step}] } }`;
    const deployment = await fleet.deployTo([device], { flow });
    await goTo('/p/greenhouses/artifacts?prefix=used%2F&artifact=used%2Fapp.bin');
    const details = page.getByRole('region', { name: 'used/app.bin' });
    await details.getByRole('link', { name: 'uses-it' }).waitFor();
    await details.getByRole('listitem').filter({ hasText: deployment }).filter({ hasText: '1 open update' }).waitFor();
    await expectAccessible(page);
    await details.getByRole('button', { name: 'Delete' }).click();
    const dialog = page.getByRole('dialog', { name: 'Delete used/app.bin?' });
    await dialog.getByText('1 flow may name it').waitFor();
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await dialog.getByText(`Open updates need used/app.bin: ${deployment}`).waitFor();
    await fleet.call('POST', `/deployments/${deployment}/abort`);
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await page.getByText("No artifact's path begins with used/").waitFor();
    await expect.poll(() => new URL(page.url()).searchParams.get('artifact')).toBeNull();
  });

  it('can be read by a viewer on a phone, and not changed', async () => {
    const { page, goTo, faults, close } = await browser.open(server, { role: 'viewer', width: 375, height: 800 });
    await goTo('/p/greenhouses/artifacts?prefix=app%2F&artifact=app%2Freadme');
    await page.getByRole('link', { name: 'Download' }).waitFor();
    await page.getByText('No flow names it, and no deployment was given it.').waitFor();
    expect(await page.getByRole('button', { name: /^(Upload|Delete)/ }).count()).toBe(0);
    await expectAccessible(page);
    await expectNoSideScroll(page);
    await server.request('POST', '/api/v2/projects', { body: { name: 'Barns' } });
    await goTo('/p/barns/artifacts');
    await page.getByText('There is no artifact yet').waitFor();
    expect(faults).toEqual([]);
    await close();
  });

  async function put(path: string, body: string): Promise<void> {
    const where = path.split('/').map(encodeURIComponent).join('/');
    const { status } = await server.request('PUT', `/api/v2/greenhouses/artifacts/${where}`, { body });
    expect(status).toBe(201);
  }

  function choose(files: string[]): Promise<void> {
    return shown.page.locator('input[type=file]').setInputFiles(files);
  }

  function line(name: string) {
    return shown.page.getByRole('listitem', { name, exact: true });
  }

  async function sizesBelow(prefix: string): Promise<Record<string, number>> {
    const { items } = (await fleet.call('GET', `/artifacts?prefix=${encodeURIComponent(prefix)}`)) as {
      items: { path: string; size: number }[];
    };
    return Object.fromEntries(items.map(({ path, size }) => [path, size]));
  }

  function file(name: string, content: string | Buffer): string {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  }

  function longFile(name: string, bytes: number): string {
    const path = file(name, '');
    truncateSync(path, bytes);
    return path;
  }
});
