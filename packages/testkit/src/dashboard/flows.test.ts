import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ownFlowFile } from '../fixtures/flow-files.ts';
import { startTestServer, type TestServer } from '../test-server.ts';
import { dashboardFiles, expectAccessible, hasBrowser, useBrowser } from './browser.ts';
import { flowsPath, restartFlow, saveFlow, stepCard } from './flow-pages.ts';

describe.skipIf(!hasBrowser)('update flows in the dashboard', () => {
  const browser = useBrowser();
  let server: TestServer;

  beforeAll(async () => {
    server = await startTestServer({ dashboardFiles });
    await server.request('POST', '/api/v2/projects', { body: { name: 'Greenhouses' } });
  });

  afterAll(() => server.stop());

  it('get new versions, whose difference is shown, and of which an older one becomes the newest again', async () => {
    const { page, goTo, faults, close } = await browser.open(server);
    const id = await saveFlow(server, restartFlow('versioned'));
    await goTo(`${flowsPath}/${id}`);
    await page.getByRole('link', { name: 'Edit' }).click();
    await page.getByRole('textbox', { name: 'Description' }).fill('Restarts the lamp');
    await page.getByText('Not saved yet, no errors').waitFor();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Version 2, the newest').waitFor();
    await page.getByText('Restarts the lamp').first().waitFor();
    await expectAccessible(page);

    await page.getByRole('link', { name: 'Compare with version 1' }).click();
    await page.getByRole('heading', { name: 'From version 1 to version 2' }).waitFor();
    await page.locator('.cm-deletedChunk').getByText('Restarts the pump').waitFor();
    expect(new URL(page.url()).search).toBe('?version=2&compare=1');
    await expectAccessible(page);

    await page.getByRole('link', { name: 'Version 1', exact: true }).click();
    await page.getByText('This is an older version: the newest is 2').waitFor();
    expect(await page.getByRole('link', { name: 'Deploy version 1' }).first().getAttribute('href')).toBe(
      `/p/greenhouses/deployments/new?flow=${id}&version=1`,
    );
    await page.getByRole('link', { name: 'Make this the newest again' }).click();
    await page.getByRole('heading', { name: 'Edit versioned from version 1' }).waitFor();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Version 3, the newest').waitFor();
    expect((await server.request('GET', `/api/v2/greenhouses/update-flows/${id}`)).body.description).toBe(
      'Restarts the pump',
    );
    expect(faults).toEqual([]);
    await close();
  });

  it('are duplicated and deleted from the list', async () => {
    const { page, goTo, faults, close } = await browser.open(server);
    const id = await saveFlow(server, `${ownFlowFile}  beside: { steps: [{ name: one, run: ls }] }\n`);
    await goTo(flowsPath);
    await page.getByRole('link', { name: 'app-release', exact: true }).waitFor();
    await expectAccessible(page);
    await page.getByRole('link', { name: 'Duplicate app-release' }).click();
    await page.getByLabel('Name of the flow').waitFor();
    expect(await page.getByLabel('Name of the flow').inputValue()).toBe('app-release-copy');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { level: 1, name: 'app-release-copy' }).waitFor();
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('dialog').getByText('Deployments of it go on').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('heading', { name: 'Update flows' }).waitFor();
    await page.getByRole('link', { name: 'app-release', exact: true }).waitFor();
    await page.getByRole('link', { name: 'app-release-copy', exact: true }).waitFor({ state: 'detached' });
    expect((await server.request('GET', `/api/v2/greenhouses/update-flows/${id}`)).status).toBe(200);
    expect(faults).toEqual([]);
    await close();
  });

  it('may be seen by a viewer, deployed by an operator, and changed by an admin alone', async () => {
    const id = await saveFlow(server, restartFlow('guarded'));
    for (const [role, offers] of [
      ['viewer', []],
      ['operator', ['Deploy']],
      ['admin', ['Deploy', 'Edit', 'Duplicate']],
    ] as const) {
      const { page, goTo, close } = await browser.open(server, { role });
      await goTo(`${flowsPath}/${id}`);
      await page.getByRole('heading', { level: 1, name: 'guarded' }).waitFor();
      for (const verb of ['Deploy', 'Edit', 'Duplicate'] as const) {
        const isOffered = (await page.getByRole('link', { name: verb, exact: true }).count()) > 0;
        expect([role, verb, isOffered]).toEqual([role, verb, (offers as readonly string[]).includes(verb)]);
      }
      await goTo(`${flowsPath}/${id}/edit`);
      if (role === 'admin') await page.getByRole('button', { name: 'Add step' }).waitFor();
      else await page.getByText('Only admins change update flows').waitFor();
      await close();
    }
  });

  it('show texts of people as texts', async () => {
    const { page, goTo, faults, close } = await browser.open(server);
    const evil = `<img src=x onerror="document.title='owned'">`;
    const quoted = JSON.stringify(evil);
    const id = await saveFlow(
      server,
      `flows:\n  ${quoted}:\n    description: ${quoted}\n    inputs: { x: { description: ${quoted}, default: a } }\n    steps:\n      - { name: ${quoted}, run: 'echo' }\n`,
    );
    for (const path of [flowsPath, `${flowsPath}/${id}`, `${flowsPath}/${id}/edit`]) {
      await goTo(path);
      await page
        .getByText(evil)
        .or(page.getByRole('textbox', { name: 'Description' }))
        .first()
        .waitFor();
      expect(await page.locator('img[src="x"]').count()).toBe(0);
      expect(await page.title()).not.toBe('owned');
    }
    expect(faults).toEqual([]);
    await close();
  });

  it('fit on a small screen, with steps and text behind each other', async () => {
    const { page, goTo, faults, close } = await browser.open(server, { width: 375, height: 740 });
    const id = await saveFlow(server, ownFlowFile.replace('app-release:', 'narrow:'));
    for (const path of [flowsPath, `${flowsPath}/${id}`, `${flowsPath}/${id}/edit`]) {
      await goTo(path);
      await page
        .getByText('narrow')
        .or(page.getByRole('button', { name: 'Add step' }))
        .first()
        .waitFor();
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(375);
    }
    await stepCard(page, 1).waitFor();
    await expectAccessible(page);
    await page.getByText('Text', { exact: true }).click();
    await page.getByRole('textbox', { name: 'YAML of the flow' }).waitFor();
    await stepCard(page, 1).waitFor({ state: 'hidden' });
    await expectAccessible(page);
    expect(faults).toEqual([]);
    await close();
  });
});
