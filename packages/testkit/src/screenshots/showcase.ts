import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Deployment } from '@tideway/protocol';
import type { Api } from '../api.ts';
import { packRelease, releaseFlow } from '../demo/release.ts';
import type { Stage } from '../stage.ts';
import { longFlow, serviceFlow } from './showcase-flows.ts';
import type { Shown } from './shown-pages.ts';

const project = '/api/v2/greenhouses';
const pumps = ['pump-1', 'pump-2', 'pump-3', 'pump-4', 'pump-5', 'pump-6'];
const lamps = ['lamp-1', 'lamp-2', 'lamp-3'];

/** A fleet in which there is something to see on every page: all of it by real agents and the API. */
export async function makeShowcase(stage: Stage, api: Api, url: string): Promise<Shown> {
  await makeLabels(api);
  await startAgents(stage, api, url);
  const flows = await saveFlows(api);
  await makeSettings(api);
  for (const version of ['1.1.0', '1.2.0']) await upload(api, `app/${version}/app.tar.gz`, await release(version));
  await upload(api, 'firmware/gateway/2026.11.raucb', Buffer.alloc(300_000, 7));

  const good = await deploy(api, releaseOf(flows.release, '1.1.0', 'Release 1.1.0'));
  await finished(api, good);
  const failing = await deploy(api, releaseOf(flows.release, '1.2.0', 'New watering plan'));
  await finished(api, failing);
  await stage.end('lamp-3');
  const sensors = { flow: flows.long, groups: ['Lab', 'North'], comment: 'Calibrate the sensors' };
  const running = await deploy(api, sensors);
  const schedule = { start_at: new Date(Date.now() + 86_400_000).toISOString() };
  const tonight = { flow: flows.service, groups: ['South'], comment: 'Tonight' };
  const scheduled = await deploy(api, tonight, { schedule });
  const review = { flow: flows.service, groups: ['South'], comment: 'Not before the review' };
  const paused = await deploy(api, review, { schedule });
  await api.send('POST', `${project}/deployments/${paused}/pause`, {});
  const mistake = { flow: flows.service, groups: ['Lab'], comment: 'By mistake' };
  const aborted = await deploy(api, mistake, { schedule });
  await api.send('POST', `${project}/deployments/${aborted}/abort`, {});
  await inProgress(api, running);

  const devices = await deviceIds(api);
  return {
    flows,
    deployments: { good, failing, running, scheduled, paused, aborted },
    device: (name) => devices.get(name) ?? '',
  };
}

async function makeLabels(api: Api): Promise<void> {
  await api.send('POST', '/api/v2/projects', { name: 'Greenhouses', key: 'greenhouses' });
  await api.send('POST', '/api/v2/projects', { name: 'Barns', key: 'barns' });
  for (const name of ['North', 'South', 'Lab']) await api.send('POST', `${project}/groups`, { name });
  for (const name of ['humid', 'dry', 'canary']) await api.send('POST', `${project}/tags`, { name });
  for (const name of ['irrigation', 'lamps']) await api.send('POST', `${project}/apps`, { name });
}

async function startAgents(stage: Stage, api: Api, url: string): Promise<void> {
  const { token } = await api.send<{ token: string }>('POST', `${project}/pairing-tokens`, {});
  const approved = await api.send<{ token: string }>('POST', `${project}/pairing-tokens`, { needs_approval: true });
  const start = (name: string, group: string, app: string, pairing = token) => {
    const root = stage.rootOf(name);
    for (const folder of ['opt/app', 'etc', 'var/log']) mkdirSync(join(root, folder), { recursive: true });
    writeFileSync(join(root, 'opt/app/VERSION'), '1.0.0\n');
    if (name !== 'pump-3') writeFileSync(join(root, 'etc/sensor'), 'humidity\n');
    const words = [
      '--server',
      url,
      '--pairing-token',
      pairing,
      '--group',
      group,
      '--app',
      app,
      '--app-version',
      '1.0.0',
    ];
    stage.startAgent(name, words);
  };
  for (const [index, name] of pumps.entries()) start(name, index % 2 === 0 ? 'South' : 'North', 'irrigation');
  for (const name of lamps) start(name, 'Lab', 'lamps');
  start('probe-1', 'Lab', 'irrigation', approved.token);
  await api.send('POST', `${project}/devices`, { name: 'spare-1', group: 'Lab', tags: ['canary'] });
  await until(async () => (await deviceIds(api)).size === pumps.length + lamps.length + 2);
  const ids = await deviceIds(api);
  for (const name of pumps) await api.send('PATCH', `${project}/devices/${ids.get(name)}`, { tags: ['humid'] });
  await api.send('PATCH', `${project}/devices/${ids.get('pump-6')}`, { update_trigger: 'on', tags: ['dry', 'canary'] });
}

async function saveFlows(api: Api): Promise<{ release: string; service: string; long: string }> {
  const save = async (text: string, id?: string): Promise<string> => {
    const [method, path] = id ? (['PUT', `/${id}`] as const) : (['POST', ''] as const);
    type Saved = { update_flows: { uuid: string }[] };
    const saved = await api.send<Saved>(method, `${project}/update-flows${path}`, text, 'application/yaml');
    return saved.update_flows[0]?.uuid ?? '';
  };
  const service = await save(serviceFlow('irrigation'));
  await save(serviceFlow('irrigation.service'), service);
  return { service, long: await save(longFlow), release: await save(releaseFlow) };
}

async function makeSettings(api: Api): Promise<void> {
  await api.send('POST', `${project}/registries`, {
    name: 'edge-registry',
    url: 'https://registry.example.org',
    username: 'devices',
    password: 'kept for nobody to read',
  });
  const end = new Date(Date.now() + 90 * 86_400_000).toISOString();
  await api.send('POST', '/api/v2/access-tokens', { name: 'nightly pipeline', role: 'operator', expires_at: end });
  await api.send('POST', '/api/v2/users', {
    email: 'operator@example.org',
    role: 'operator',
    projects: ['greenhouses'],
  });
}

function release(version: string): Promise<Buffer> {
  const test =
    version === '1.1.0' ? 'exit 0' : 'test -f "$TIDEWAY_ROOT/etc/sensor" || { echo "there is no sensor"; exit 1; }';
  return packRelease(version, test);
}

async function upload(api: Api, path: string, bytes: Buffer): Promise<void> {
  await api.send('PUT', `${project}/artifacts/${path}`, bytes, 'application/octet-stream');
}

type Order = { flow: string; groups: string[]; comment: string; version?: string; parameters?: Record<string, string> };

async function deploy(api: Api, order: Order, options: Record<string, unknown> = {}): Promise<string> {
  const { flow, groups, comment, version, parameters = {} } = order;
  const { deployment_id } = await api.send<{ deployment_id: string }>('POST', `${project}/deployments`, {
    device_filter: { groups: groups.map((name) => ({ name })) },
    deployment_configuration: {
      flow_uuid: flow,
      parameters_mapping: parameters,
      comment,
      ...(version !== undefined && { app: { name: 'irrigation', version } }),
    },
    ...options,
  });
  return deployment_id;
}

/** A release of the app to all pumps. */
function releaseOf(flow: string, version: string, comment: string): Order {
  return { flow, groups: ['North', 'South'], comment, version, parameters: { version } };
}

/** Until nothing of it is open but what waits for devices that are kept from it. */
async function finished(api: Api, id: string): Promise<void> {
  await until(async () => {
    const { counts } = await api.get<Deployment>(`${project}/deployments/${id}`);
    return counts.in_progress === 0 && counts.pending <= 1;
  });
}

async function inProgress(api: Api, id: string): Promise<void> {
  await until(async () => (await api.get<Deployment>(`${project}/deployments/${id}`)).counts.in_progress >= 3);
}

async function deviceIds(api: Api): Promise<Map<string, string>> {
  const { items } = await api.get<{ items: { id: string; name: string }[] }>(`${project}/devices`);
  return new Map(items.map(({ id, name }) => [name, id]));
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 90_000;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error('The fleet did not come to where it is shown');
    await delay(200);
  }
}
