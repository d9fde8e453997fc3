import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../test-server.ts';
import { dashboardFiles, expectAccessible, hasBrowser, useBrowser } from './browser.ts';
import { flowsPath, restartFlow, saveFlow, stepCard, versionsOf } from './flow-pages.ts';
import { arrowTo, focusedName, pressUntilSaid, tabTo } from './keyboard.ts';

describe.skipIf(!hasBrowser)('the editor of update flows', () => {
  const browser = useBrowser();
  let server: TestServer;

  beforeAll(async () => {
    server = await startTestServer({ dashboardFiles });
    await server.request('POST', '/api/v2/projects', { body: { name: 'Greenhouses' } });
    await server.request('POST', '/api/v2/projects', { body: { name: 'Barns' } });
  });

  afterAll(() => server.stop());

  it('makes a flow by mouse from nothing, and saves it', async () => {
    const { page, goTo, faults, close } = await browser.open(server);
    await goTo('/p/barns/flows');
    await page.getByText('There is no update flow yet').waitFor();
    await page.getByRole('link', { name: 'New update flow' }).click();
    await page.getByLabel('Name of the flow').fill('water');
    await page.getByRole('textbox', { name: 'Description' }).fill('Waters the tomatoes');
    await addStep(page, 'Run a command');
    await page.getByLabel('Name of the step').fill('Open the valve');
    await page.getByRole('textbox', { name: 'Command' }).fill('valve open ${{ inputs.minutes }}');
    await addStep(page, 'Check that it works');
    await page.getByRole('textbox', { name: 'HTTP address' }).fill('http://localhost/flow');
    await page.getByText('Found in the steps.').waitFor();
    await page.getByRole('button', { name: 'Declare minutes' }).click();
    await page.getByRole('textbox', { name: 'Default' }).fill('10');

    const first = stepCard(page, 1);
    // Not only into view: the header of the pages lies over what is at the window's top.
    await page.evaluate('window.scrollTo(0, 0)');
    const handle = await first.getByRole('button', { name: 'Drag' }).boundingBox();
    const last = await stepCard(page, 2).getByRole('button', { name: 'Drag' }).boundingBox();
    if (!handle || !last) throw new Error('The steps cannot be dragged');
    await page.mouse.move(handle.x + 8, handle.y + 8);
    await page.mouse.down();
    await page.mouse.move(last.x + 8, last.y + 4, { steps: 5 });
    await page.mouse.move(last.x + 8, last.y + 20, { steps: 5 });
    await page.getByText('Open the valve would be step 2 of 2.').waitFor({ state: 'attached' });
    await page.mouse.up();
    await stepCard(page, 2).getByRole('button', { name: 'Drag Open the valve' }).waitFor();

    await page.getByText('Not saved yet, no errors').waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Save' }).dblclick();
    await page.getByRole('heading', { level: 1, name: 'water' }).waitFor();
    const { items } = (await server.request('GET', '/api/v2/barns/update-flows')).body;
    const saved = (await server.request('GET', `/api/v2/barns/update-flows/${items[0].uuid}`)).body;
    expect(saved).toMatchObject({
      description: 'Waters the tomatoes',
      inputs: { minutes: { default: '10', required: false } },
      steps: [
        { name: 'Check that it works', uses: 'check' },
        { name: 'Open the valve', uses: 'run' },
      ],
    });
    expect(faults).toEqual([]);
    await close();
  });

  it('makes one by keyboard alone: steps are added, moved and saved', async () => {
    const { page, goTo, faults, close } = await browser.open(server);
    await goTo(`${flowsPath}/new`);
    await page.getByLabel('Name of the flow').waitFor();
    await tabTo(page, 'Name of the flow');
    await page.keyboard.press('Control+A');
    await page.keyboard.type('by-hand');
    await addStepByKeyboard(page, 'Run a command');
    await page.keyboard.type('Say it');
    await page.keyboard.press('Tab');
    await page.keyboard.type('echo done');
    await addStepByKeyboard(page, 'Reboot');
    await page.keyboard.type('Boot');

    await tabTo(page, 'Drag Boot');
    await page.keyboard.press('Space');
    await page.getByText('Picked up Boot, step 2 of 2.').waitFor({ state: 'attached' });
    await pressUntilSaid(page, 'ArrowUp', 'Boot would be step 1 of 2.');
    await page.keyboard.press('Space');
    await stepCard(page, 1).getByRole('button', { name: 'Drag Boot' }).waitFor();

    await tabTo(page, 'Move Say it up');
    await page.keyboard.press('Enter');
    await stepCard(page, 1).getByRole('button', { name: 'Drag Say it' }).waitFor();

    await page.getByText('Not saved yet, no errors').waitFor();
    await page.keyboard.press('Control+S');
    await page.getByRole('heading', { level: 1, name: 'by-hand' }).waitFor();
    expect(await page.getByRole('listitem').filter({ hasText: 'Say it' }).first().isVisible()).toBe(true);
    expect(faults).toEqual([]);
    await close();
  });

  it('keeps drawing and text one: what is changed in one is in the other, and comments are kept', async () => {
    const { page, goTo, faults, close } = await browser.open(server);
    const restart = restartFlow('restart');
    const id = await saveFlow(server, restart);
    await goTo(`${flowsPath}/${id}/edit`);
    await stepCard(page, 1).getByRole('button', { name: 'Stop run' }).click();
    await expectOff(page, { Undo: true, Redo: true });
    await page.getByRole('textbox', { name: 'Command' }).fill('systemctl stop pump.service');
    await expectText(page, restart.replace('stop pump ', 'stop pump.service '));

    await writeText(page, restart.replaceAll('pump', 'lamp').replace('- name: Start', '- name: Start again'));
    await stepCard(page, 2).getByRole('button', { name: 'Start again run' }).waitFor();
    await expect.poll(() => page.getByRole('textbox', { name: 'Command' }).inputValue()).toBe('systemctl stop lamp');

    await page.getByRole('button', { name: 'Undo' }).click();
    await expectOff(page, { Undo: false, Redo: false });
    await page.getByRole('button', { name: 'Undo' }).click();
    await expectText(page, restart);
    await expectOff(page, { Undo: true, Redo: false });
    expect(await focusedName(page)).toContain('Undo');
    expect(faults).toEqual([]);
    await close();
  });

  it('shows an error of the text at its line and in the drawing, and saves nothing with it', async () => {
    const { page, goTo, faults, close } = await browser.open(server);
    const id = await saveFlow(server, restartFlow('faulty'));
    await goTo(`${flowsPath}/${id}/edit`);
    await stepCard(page, 1).waitFor();
    const wrong = restartFlow('faulty').replace('run: systemctl start pump', 'rum: systemctl start pump');
    await writeText(page, wrong);
    const list = page.getByRole('alert').filter({ hasText: 'cannot be saved like this' });
    await list.getByText('did you mean run').waitFor();
    await stepCard(page, 2).getByText('error').waitFor();
    await page.locator('.cm-lint-marker-error').first().waitFor();

    await page.getByRole('button', { name: 'Save' }).click();
    await list.getByRole('button', { name: 'Line 9' }).first().click();
    await page.keyboard.press('Home');
    await page.keyboard.press('Control+ArrowRight');
    await expectAccessible(page);
    expect((await versionsOf(server, id)).length).toBe(1);

    // A text that cannot be read leaves the drawing as it was.
    await writeText(page, `${wrong}  [`);
    await page.getByText('The drawing is older than the text').waitFor();
    expect(await page.getByRole('button', { name: 'Add step' }).isDisabled()).toBe(true);
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('The drawing is older than the text').waitFor({ state: 'detached' });

    await writeText(page, wrong.replace('rum:', 'run:'));
    await list.waitFor({ state: 'detached' });
    expect(faults).toEqual([]);
    await close();
  });

  it('shows what the check says at the field that it is about', async () => {
    const { page, goTo, close } = await browser.open(server);
    await goTo(`${flowsPath}/new`);
    await addStep(page, 'Put files in place');
    await page.getByRole('textbox', { name: 'Artifact', exact: true }).fill('app/1.0.0/app.tar.gz');
    await page.getByRole('textbox', { name: 'Path on the device' }).fill('opt/app');
    const path = page.getByRole('textbox', { name: 'Path on the device' });
    await expect.poll(() => describedBy(path)).toMatch(/Must be an absolute path/);
    await path.fill('/opt/app');
    await expect.poll(() => describedBy(path)).not.toMatch(/absolute/);
    await page.getByText('There is no artifact app/1.0.0/app.tar.gz yet', { exact: false }).waitFor();
    await close();
  });

  it('says what a new step lacks once its field was left, it was closed, or saving was tried', async () => {
    const { page, goTo, faults, close } = await browser.open(server);
    await goTo(`${flowsPath}/new`);
    await addStep(page, 'Put files in place');
    const list = page.getByRole('alert').filter({ hasText: 'cannot be saved like this' });
    await list.getByText('2 errors').waitFor();
    const artifact = page.getByRole('textbox', { name: 'Artifact', exact: true });
    const path = page.getByRole('textbox', { name: 'Path on the device' });
    const missing = stepCard(page, 1).getByText(/must (not be empty|be an absolute path)/i);
    expect(await missing.count()).toBe(0);
    await artifact.focus();
    await page.keyboard.press('Tab');
    await expect.poll(() => describedBy(artifact)).toMatch(/Must not be empty/);
    expect(await missing.count()).toBe(1);
    await page.getByRole('button', { name: 'Save' }).click();
    await expect.poll(() => describedBy(path)).toMatch(/Must be an absolute path/);

    // What is left by a click moves only after it.
    await addStep(page, 'Run a command');
    await list.getByText('3 errors').waitFor();
    await stepCard(page, 1).getByText('2 errors').waitFor();
    expect(await stepCard(page, 2).getByText('error').count()).toBe(0);
    await page.getByRole('textbox', { name: 'Command' }).focus();
    await addStep(page, 'Download an artifact');
    await stepCard(page, 2).getByText('1 error').waitFor();
    await list.getByText('5 errors').waitFor();
    expect(await stepCard(page, 3).getByText('error').count()).toBe(0);
    await stepCard(page, 3).getByRole('button', { expanded: true }).click();
    await stepCard(page, 3).getByText('2 errors').waitFor();
    expect(faults).toEqual([]);
    page.on('dialog', (dialog) => dialog.accept());
    await close();
  });

  it('asks before unsaved changes are left, and offers what a reload has left', async () => {
    const { page, goTo, close } = await browser.open(server);
    const id = await saveFlow(server, restartFlow('unsaved'));
    await goTo(`${flowsPath}/${id}/edit`);
    await page.getByRole('textbox', { name: 'Description' }).fill('Half a thought');
    await page.getByRole('link', { name: 'Overview' }).click();
    const question = page.getByRole('dialog', { name: 'Leave without saving?' });
    await question.getByRole('button', { name: 'Stay' }).click();
    await question.waitFor({ state: 'detached' });

    page.on('dialog', (dialog) => dialog.accept());
    await page.reload();
    await page.getByRole('button', { name: 'Restore it' }).click();
    await expect.poll(() => page.getByRole('textbox', { name: 'Description' }).inputValue()).toBe('Half a thought');
    await page.getByRole('link', { name: 'Overview' }).click();
    await question.getByRole('button', { name: 'Leave' }).click();
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    expect((await versionsOf(server, id)).length).toBe(1);
    await close();
  });

  it('refuses a text that stands for more than anybody can draw, and goes on', async () => {
    const { page, goTo, faults, close } = await browser.open(server);
    await goTo(`${flowsPath}/new`);
    const levels = Array.from(
      { length: 9 },
      (_, level) => `  l${level + 1}: &l${level + 1} [${'*l0, '.replace('0', String(level)).repeat(9)}]`,
    );
    await writeText(page, ['flows:', '  l0: &l0 [a, b, c, d, e, f, g, h, i]', ...levels].join('\n'));
    const fault = page.getByRole('alert').filter({ hasText: 'stands for too many values, with all its YAML aliases' });
    await fault.getByRole('button', { name: 'Line 6' }).waitFor();
    await writeText(page, restartFlow('after-all'));
    await stepCard(page, 2).waitFor();
    await fault.waitFor({ state: 'detached' });
    expect(faults).toEqual([]);
    page.on('dialog', (dialog) => dialog.accept());
    await close();
  });

  it('keeps what was typed where the session has ended', async () => {
    const { page, goTo, close } = await browser.open(server);
    const id = await saveFlow(server, restartFlow('interrupted'));
    await goTo(`${flowsPath}/${id}/edit`);
    await page.getByRole('textbox', { name: 'Description' }).waitFor();
    await page.context().clearCookies();
    await page.getByRole('textbox', { name: 'Description' }).fill('Typed before the end');
    await page.getByRole('dialog', { name: 'Your session has ended' }).waitFor();
    await expectText(page, restartFlow('interrupted').replace('Restarts the pump', 'Typed before the end'));
    await close();
  });
});

/** Which of the two have nothing to do. */
async function expectOff(page: Page, expected: { Undo: boolean; Redo: boolean }): Promise<void> {
  for (const [name, isOff] of Object.entries(expected))
    await expect.poll(() => page.getByRole('button', { name }).isDisabled()).toBe(isOff);
}

async function addStep(page: Page, title: string): Promise<void> {
  await page.getByRole('button', { name: 'Add step' }).click();
  await page.getByRole('menuitem', { name: title }).click();
  await page.getByLabel('Name of the step').waitFor();
}

async function addStepByKeyboard(page: Page, title: string): Promise<void> {
  await tabTo(page, 'Add step');
  await page.keyboard.press('Enter');
  await page.getByRole('menuitem', { name: title }).waitFor();
  await arrowTo(page, title);
  await page.keyboard.press('Enter');
  await expect.poll(() => focusedName(page)).toBe('Name of the step');
}

/** By keys, which the editor itself answers: what `fill` selects is lost where the editor draws before it notices. */
async function writeText(page: Page, text: string): Promise<void> {
  await page.getByRole('textbox', { name: 'YAML of the flow' }).press('ControlOrMeta+a');
  await page.keyboard.insertText(text);
}

async function expectText(page: Page, text: string): Promise<void> {
  const lines = page.getByRole('textbox', { name: 'YAML of the flow' }).locator('.cm-line');
  await expect.poll(async () => (await lines.allTextContents()).join('\n')).toBe(text);
}

function describedBy(input: Locator): Promise<string> {
  return input.evaluate((element) => {
    const ids = (element.getAttribute('aria-describedby') ?? '').split(' ');
    return ids.map((id: string) => element.ownerDocument.getElementById(id)?.textContent ?? '').join(' ');
  });
}
