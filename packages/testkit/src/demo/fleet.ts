import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Api } from '../api.ts';
import type { Stage } from '../stage.ts';

/** A device of the demo: its id on the server, and the folder that stands for its `/`. */
export type DemoDevice = { id: string; name: string; root: string };

type Listed = { items: { id: string; name: string; state: string }[] };

export const projectPath = '/api/v2/greenhouses';

/** Makes the project with its groups, tags and app. */
export async function makeProject(api: Api): Promise<void> {
  await api.send('POST', '/api/v2/projects', { name: 'Greenhouses', key: 'greenhouses' });
  for (const name of ['North', 'South']) await api.send('POST', `${projectPath}/groups`, { name });
  for (const name of ['humid', 'dry']) await api.send('POST', `${projectPath}/tags`, { name });
  await api.send('POST', `${projectPath}/apps`, { name: 'irrigation' });
}

/** Starts three agents with version 1.0.0 of the app, and waits until they have joined and are online. */
export async function startFleet(stage: Stage, api: Api, url: string): Promise<DemoDevice[]> {
  const { token } = await api.send<{ token: string }>('POST', `${projectPath}/pairing-tokens`, { uses: 3 });
  const roots = new Map<string, string>();
  for (const [name, group] of [
    ['pump-1', 'North'],
    ['pump-2', 'North'],
    ['pump-3', 'South'],
  ] as const) {
    roots.set(name, makeRoot(stage, name));
    const app = ['--app', 'irrigation', '--app-version', '1.0.0'];
    stage.startAgent(name, ['--server', url, '--pairing-token', token, '--group', group, ...app]);
  }
  const listed = await waitForDevices(api, roots.size);
  for (const { id, name } of listed) {
    await api.send('PATCH', `${projectPath}/devices/${id}`, { tags: [name === 'pump-3' ? 'dry' : 'humid'] });
  }
  return listed.map(({ id, name }) => ({ id, name, root: roots.get(name) ?? '' }));
}

/** The text of a file on a device, without the line's end. */
export function readOnDevice({ root }: DemoDevice, path: string): string {
  return readFileSync(join(root, path), 'utf8').trim();
}

/** What a device looks like before: release 1.0.0 installed; pump-3 alone has no sensor. */
function makeRoot(stage: Stage, name: string): string {
  const root = stage.rootOf(name);
  for (const folder of ['opt/app', 'etc', 'var/log']) mkdirSync(join(root, folder), { recursive: true });
  writeFileSync(join(root, 'opt/app/VERSION'), '1.0.0\n');
  if (name !== 'pump-3') writeFileSync(join(root, 'etc/sensor'), 'humidity\n');
  return root;
}

async function waitForDevices(api: Api, count: number): Promise<Listed['items']> {
  const deadline = Date.now() + 60_000;
  while (Date.now() < deadline) {
    const { items } = await api.get<Listed>(`${projectPath}/devices?state=online`);
    if (items.length === count) return items.sort((one, other) => one.name.localeCompare(other.name));
    await delay(100);
  }
  throw new Error('The agents did not join within a minute');
}
