import type { Page } from 'playwright-core';

/**
 * A page to be seen, with a text that is there once it shows what it has; `act` does what somebody has done on it
 * before the picture is taken.
 */
export type ShownPage = { name: string; path: string; isReady: string; act?: (page: Page) => Promise<void> };

/** What stands in the addresses of pages, by id. */
export type Shown = {
  flows: { release: string; service: string; long: string };
  deployments: { good: string; failing: string; running: string; scheduled: string; paused: string; aborted: string };
  device: (name: string) => string;
};

/** Every page of the dashboard, each in the states that are worth a look. */
export function shownPages(shown: Shown): ShownPage[] {
  return [
    ...devicePages(shown),
    ...deploymentPages(shown),
    ...flowPages(shown),
    ...otherPages(),
    ...emptyPages(),
    ...brokenPages(),
    ...lastPages(),
  ];
}

const p = '/p/greenhouses';

function devicePages({ device }: Shown): ShownPage[] {
  const filter = encodeURIComponent(JSON.stringify({ groups: [{ name: 'South' }] }));
  return [
    { name: 'overview', path: p, isReady: 'irrigation' },
    { name: 'devices', path: `${p}/devices`, isReady: 'pump-1' },
    { name: 'devices-filter', path: `${p}/devices?filter=${filter}`, isReady: 'pump-1', act: press('Filter') },
    { name: 'devices-none-found', path: `${p}/devices?search=nothing`, isReady: 'Show all' },
    { name: 'devices-picked', path: `${p}/devices`, isReady: 'pump-1', act: pick('pump-1', 'pump-2') },
    { name: 'device', path: `${p}/devices/${device('pump-3')}`, isReady: 'pump-3' },
    { name: 'device-edit', path: `${p}/devices/${device('pump-3')}`, isReady: 'pump-3', act: press('Edit') },
    { name: 'device-at-work', path: `${p}/devices/${device('lamp-1')}`, isReady: 'lamp-1' },
    { name: 'device-waiting', path: `${p}/devices/${device('lamp-3')}`, isReady: 'lamp-3' },
    { name: 'device-awaits-approval', path: `${p}/devices/${device('probe-1')}`, isReady: 'probe-1' },
    { name: 'register-device', path: `${p}/register-device`, isReady: 'Register device' },
    { name: 'register-device-choices', path: `${p}/register-device`, isReady: 'Awaiting approval', act: openChoices },
    {
      name: 'devices-to-approve',
      path: `${p}/devices?attention=needs_approval`,
      isReady: 'probe-1',
      act: pick('probe-1'),
    },
    { name: 'groups-and-tags', path: `${p}/groups-and-tags`, isReady: 'North' },
  ];
}

function deploymentPages({ deployments, flows, device }: Shown): ShownPage[] {
  const at = (id: string) => `${p}/deployments/${id}`;
  const { good, failing, running, scheduled, paused, aborted } = deployments;
  const picked = `devices=${encodeURIComponent(JSON.stringify([device('pump-1'), device('pump-2')]))}`;
  return [
    { name: 'deployments', path: `${p}/deployments`, isReady: 'app-release' },
    { name: 'deployments-none-found', path: `${p}/deployments?search=nothing`, isReady: 'No deployment' },
    { name: 'deployment-running', path: at(running), isReady: 'Calibrate the sensors' },
    { name: 'deployment-abort', path: at(running), isReady: 'Calibrate the sensors', act: press('Abort') },
    { name: 'deployment-succeeded', path: at(good), isReady: 'Release 1.1.0' },
    { name: 'deployment-failed', path: at(failing), isReady: 'New watering plan' },
    { name: 'deployment-scheduled', path: at(scheduled), isReady: 'Tonight' },
    { name: 'deployment-paused', path: at(paused), isReady: 'Not before the review' },
    { name: 'deployment-aborted', path: at(aborted), isReady: 'By mistake' },
    { name: 'update-failed', path: `${at(failing)}?device=${device('pump-3')}`, isReady: 'Prove that it runs' },
    { name: 'update-at-work', path: `${at(running)}?device=${device('lamp-1')}`, isReady: 'Read the sensors' },
    { name: 'new-deployment', path: `${p}/deployments/new?flow=${flows.release}`, isReady: 'will be deployed' },
    {
      name: 'new-deployment-again',
      path: `${p}/deployments/new?again=${failing}`,
      isReady: 'deployed, without its secrets',
    },
    { name: 'new-deployment-blank', path: `${p}/deployments/new`, isReady: 'New deployment' },
    {
      name: 'new-deployment-picked',
      path: `${p}/deployments/new?flow=${flows.service}&${picked}`,
      isReady: 'To download',
    },
  ];
}

function flowPages({ flows }: Shown): ShownPage[] {
  return [
    { name: 'flows', path: `${p}/flows`, isReady: 'app-release' },
    { name: 'flow', path: `${p}/flows/${flows.release}`, isReady: 'Prove that it runs' },
    { name: 'flow-versions', path: `${p}/flows/${flows.service}?version=2&compare=1`, isReady: 'restart-service' },
    { name: 'flow-editor', path: `${p}/flows/${flows.release}/edit`, isReady: 'Put the release in place' },
    { name: 'flow-editor-new', path: `${p}/flows/new`, isReady: 'Save' },
  ];
}

function otherPages(): ShownPage[] {
  const artifact = encodeURIComponent('app/1.1.0/app.tar.gz');
  const folder = `${p}/artifacts?prefix=${encodeURIComponent('app/1.1.0/')}`;
  return [
    { name: 'apps', path: `${p}/apps`, isReady: 'irrigation' },
    { name: 'artifacts', path: `${p}/artifacts`, isReady: 'app' },
    { name: 'artifacts-folder', path: folder, isReady: 'app.tar.gz' },
    { name: 'artifact', path: `${folder}&artifact=${artifact}`, isReady: 'SHA-256' },
    { name: 'pairing-tokens', path: `${p}/pairing-tokens`, isReady: 'Pairing tokens' },
    { name: 'pairing-token-new', path: `${p}/pairing-tokens`, isReady: 'Revoke', act: press('Create token') },
    { name: 'registries', path: `${p}/registries`, isReady: 'edge-registry' },
    { name: 'access-tokens', path: '/settings/access-tokens', isReady: 'nightly pipeline' },
    { name: 'users', path: '/settings/users', isReady: 'operator@example.org' },
    { name: 'user-new', path: '/settings/users', isReady: 'operator@example.org', act: press('Invite user') },
    { name: 'projects', path: '/settings/projects', isReady: 'greenhouses' },
    { name: 'audit-log', path: '/settings/audit-log', isReady: 'deployment.created' },
    { name: 'account', path: '/account', isReady: 'Your account' },
  ];
}

function emptyPages(): ShownPage[] {
  return [
    { name: 'empty-overview', path: '/p/barns', isReady: 'Overview' },
    { name: 'empty-devices', path: '/p/barns/devices', isReady: 'Devices' },
    { name: 'empty-deployments', path: '/p/barns/deployments', isReady: 'Deployments' },
    { name: 'empty-new-deployment', path: '/p/barns/deployments/new', isReady: 'New deployment' },
    { name: 'empty-flows', path: '/p/barns/flows', isReady: 'Update flows' },
    { name: 'empty-artifacts', path: '/p/barns/artifacts', isReady: 'Artifacts' },
    { name: 'empty-groups-and-tags', path: '/p/barns/groups-and-tags', isReady: 'Groups and tags' },
    { name: 'empty-apps', path: '/p/barns/apps', isReady: 'Apps' },
    { name: 'empty-pairing-tokens', path: '/p/barns/pairing-tokens', isReady: 'Pairing tokens' },
    { name: 'empty-registries', path: '/p/barns/registries', isReady: 'Registries' },
  ];
}

function brokenPages(): ShownPage[] {
  const id = '01930000-0000-7000-8000-000000000000';
  return [
    { name: 'unknown-page', path: `${p}/nothing`, isReady: 'There is no such page' },
    { name: 'unknown-project', path: '/p/nowhere/devices', isReady: 'There is no' },
    { name: 'unknown-device', path: `${p}/devices/${id}`, isReady: 'There is no such' },
    { name: 'unknown-deployment', path: `${p}/deployments/dp-nothing`, isReady: 'There is no such' },
    { name: 'unknown-flow', path: `${p}/flows/${id}`, isReady: 'There is no such' },
  ];
}

/** The last of them ends the session; the sign-in is the same for whoever has one. */
function lastPages(): ShownPage[] {
  return [
    { name: 'sign-in', path: '/sign-in', isReady: 'No password' },
    { name: 'session-ended', path: `${p}/devices`, isReady: 'pump-1', act: endSession },
  ];
}

function press(name: string): (page: Page) => Promise<void> {
  return (page) => page.getByRole('button', { name, exact: true }).first().click();
}

function pick(...names: string[]): (page: Page) => Promise<void> {
  return async (page) => {
    for (const name of names) await page.getByRole('row', { name }).getByLabel('Pick').check();
    await page.getByText(/^\d+ devices? picked$/).waitFor();
  };
}

async function openChoices(page: Page): Promise<void> {
  await page.getByText('Change this').click();
  await page.getByLabel('Valid for').waitFor();
}

async function endSession(page: Page): Promise<void> {
  await page.context().clearCookies();
  await page.getByLabel('Password', { exact: true }).waitFor();
}
