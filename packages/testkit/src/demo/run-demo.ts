import type { Deployment, Update, UpdateDetails } from '@tideway/protocol';
import { type Api, createApi } from '../api.ts';
import type { Stage } from '../stage.ts';
import { startCalibration } from './calibration.ts';
import { type DemoDevice, makeProject, projectPath, readOnDevice, startFleet } from './fleet.ts';
import { packRelease, releaseFlow } from './release.ts';
import { signInLink } from './sign-in-link.ts';
import { watchDeployment } from './watch-deployment.ts';

const deploymentsPage = '/p/greenhouses/deployments';

type Ended = { deployment: Deployment; updates: Update[] };
type Counted = { deployment_id: string; devices: number; success: number; failed: number; aborted: number };

/** What the demo says at its end, for programs; `app_versions` are those that the server holds, by device id. */
export type DemoSummary = Counted & { app_versions: Record<string, string>; failed_deployment: Counted };

type Demonstrated = { summary: DemoSummary; isAsItShould: boolean; next: () => Promise<string> };

/**
 * Deploys an update to three real agents, and then one that fails on one of them and is rolled back there. `next` starts
 * one that takes its time, and says what may be tried while all of it runs.
 */
export async function runDemo(stage: Stage): Promise<Demonstrated> {
  say('Starting a server with its own PostgreSQL …');
  const url = await stage.startServer();
  const token = await stage.createToken('owner');
  const api = createApi(url, token);
  await makeProject(api);
  say(`Server at ${url}. Starting three agents …`);
  const devices = await startFleet(stage, api, url);
  const flowId = await saveFlow(api);

  say(`\nThe dashboard, where you see it happen (the link signs you in once):
${await signInLink(api, url, deploymentsPage)}`);

  say('\nDeploying irrigation 1.1.0 with POST /v2/deploy_update (its greeting is shell code: values stay values):');
  await uploadRelease(api, '1.1.0', 'exit 0');
  const first = await deploy(api, token, flowId, '1.1.0');
  show(devices, 'On the devices now:');

  say('\nDeploying 1.2.0, which needs a sensor; pump-3 has none:');
  await uploadRelease(api, '1.2.0', 'test -f "$TIDEWAY_ROOT/etc/sensor" || { echo "there is no sensor"; exit 1; }');
  const second = await deploy(api, token, flowId, '1.2.0');
  show(devices, 'On the devices now:');
  await showFailure(api, second);
  const summary = {
    ...counted(first.deployment),
    app_versions: await appVersions(api),
    failed_deployment: counted(second.deployment),
  };
  const next = async () => {
    const calibration = await startCalibration(api, lastOf(devices));
    return `${await whatToSee(api, url, second.deployment.id, calibration)}\n\n${nextOrder(url, token, flowId)}`;
  };
  return { summary, isAsItShould: isAsItShould(summary, devices), next };
}

/** The dashboard with a deployment that runs while one looks, and the one that failed. */
async function whatToSee(api: Api, url: string, failed: string, running: string): Promise<string> {
  return `Another deployment runs on pump-3 for three minutes: see it live in the dashboard (the link signs in once, and the
one above is void). ${failed} there is the one that failed.

${await signInLink(api, url, `${deploymentsPage}/${running}`)}`;
}

async function saveFlow(api: Api): Promise<string> {
  const path = `${projectPath}/update-flows`;
  const saved = await api.send<{ update_flows: { uuid: string }[] }>('POST', path, releaseFlow, 'application/yaml');
  return saved.update_flows[0]?.uuid ?? '';
}

async function uploadRelease(api: Api, version: string, selfTest: string): Promise<void> {
  const bytes = await packRelease(version, selfTest);
  await api.send('PUT', `${projectPath}/artifacts/app/${version}/app.tar.gz`, bytes, 'application/gzip');
}

async function deploy(api: Api, token: string, flowId: string, version: string): Promise<Ended> {
  const order = orderBody(token, flowId, version);
  type Placed = { url: string; deployment_id: string };
  const { url, deployment_id } = await api.send<Placed>('POST', '/v2/deploy_update', order);
  say(`  ${deployment_id}`);
  return watchDeployment(api, url);
}

function orderBody(token: string, flowId: string, version: string) {
  return {
    user_token: token,
    flow_id: flowId,
    devices_filter: {
      project: { name: 'Greenhouses' },
      groups: [{ name: 'North' }, { name: 'South' }],
      filters: [{ type: 'app', operand: 'is_not', value: 'irrigation', app_version: version }],
    },
    parameters_mapping: { version, greeting: '$(reboot); "good morning"' },
    deployment_configuration: { log_level: 'info' },
    comment: `demo of ${version}`,
    app: { name: 'irrigation', version },
  };
}

function show(devices: DemoDevice[], title: string): void {
  say(title);
  for (const device of devices) {
    const settings = readOnDevice(device, 'etc/app.conf').replaceAll('\n', ', ');
    say(
      `  ${device.name.padEnd(10)} /opt/app/VERSION ${readOnDevice(device, 'opt/app/VERSION')}   /etc/app.conf ${settings}`,
    );
  }
}

/** Which step failed, what was undone, and what the step had said. */
async function showFailure(api: Api, { deployment, updates }: Ended): Promise<void> {
  for (const { device } of updates.filter((update) => update.status === 'failed')) {
    const path = `${projectPath}/deployments/${deployment.id}/updates/${device.id}`;
    const details = await api.get<UpdateDetails>(path);
    const { output } = await api.get<{ output: string }>(`${path}/log`);
    say(`${device.name} failed in the step "${details.failed_step}" (${details.reason}): ${details.message}`);
    for (const { step, done } of details.undone) say(`  ${done ? 'undone' : 'not undone'}: ${step}`);
    say(output.trim().replaceAll(/^/gm, '  | '));
  }
}

async function appVersions(api: Api): Promise<Record<string, string>> {
  type Listed = { items: { id: string; apps: { name: string; version: string }[] }[] };
  const { items } = await api.get<Listed>(`${projectPath}/devices`);
  return Object.fromEntries(items.map(({ id, apps }) => [id, apps[0]?.version ?? '']));
}

function counted({ id, devices, counts }: Deployment): Counted {
  return { deployment_id: id, devices, success: counts.success, failed: counts.failed, aborted: counts.aborted };
}

/** All succeeded at first; then pump-3 alone failed, and is what it was before. */
function isAsItShould({ app_versions, failed_deployment, ...first }: DemoSummary, devices: DemoDevice[]): boolean {
  return (
    [first.devices, first.success, first.failed, first.aborted].join() === '3,3,0,0' &&
    [failed_deployment.success, failed_deployment.failed, failed_deployment.aborted].join() === '2,1,0' &&
    devices.every((device) => {
      const expected = device.name === 'pump-3' ? '1.1.0' : '1.2.0';
      return app_versions[device.id] === expected && readOnDevice(device, 'opt/app/VERSION') === expected;
    })
  );
}

/** An order to send, and how to see what becomes of it. */
function nextOrder(url: string, token: string, flowId: string): string {
  const body = JSON.stringify(orderBody(token, flowId, '1.1.0')).replaceAll("'", "'\\''");
  return `Back to 1.1.0, from another terminal (a second time it selects no device: all of them have it):

curl -X POST ${url}/v2/deploy_update -H 'content-type: application/json' -d '${body}'

And how it goes:

curl -H 'authorization: Bearer ${token}' ${url}${projectPath}/deployments
`;
}

function lastOf(devices: DemoDevice[]): DemoDevice {
  const last = devices.at(-1);
  if (last === undefined) throw new Error('The demo has no devices');
  return last;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
