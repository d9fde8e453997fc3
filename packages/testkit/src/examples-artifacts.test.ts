import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Deployment } from '@tideway/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Api, createApi } from './api.ts';
import { ArtifactSource } from './fixtures/artifact-source.ts';
import { Stage } from './stage.ts';

const repository = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
const project = '/api/v2/fleet';
const user = { username: 'fleet', password: 'pass-word' };
let stage: Stage;
let source: ArtifactSource;
let api: Api;

beforeAll(async () => {
  stage = new Stage(join(repository, 'dist'));
  source = await new ArtifactSource().start();
  source.user = user;
  source.files.set('/releases/models/labels-1.1.0.json', Buffer.from('["cat"]'));
  source.files.set('/releases/settings/app.conf', Buffer.from('level=info\n'));
  const url = await stage.startServer();
  api = createApi(url, await stage.createToken('owner'));
  await api.send('POST', '/api/v2/projects', { name: 'Fleet', key: 'fleet' });
  await api.send('POST', `${project}/registries`, { name: 'edge', url: `${source.url}/releases`, ...user });
  await upload('app/1.1.0/app.tar.gz', releaseOf('1.1.0'));
  await upload('app/1.1.0/defaults.conf', 'colour=blue\n');
  const { token } = await api.send<{ token: string }>('POST', `${project}/pairing-tokens`, {});
  stage.startAgent('camera', ['--server', url, '--pairing-token', token]);
  await until(async () => (await api.get<{ items: unknown[] }>(`${project}/devices?state=online`)).items.length === 1);
});

afterAll(async () => {
  await stage.stop();
  await source.stop();
});

describe('the examples of flows with artifacts', () => {
  it('download-artifact fetches a file from a registry', async () => {
    await deploy('download-artifact');
    expect(read('opt/vision/labels.json')).toBe('["cat"]');
  });

  it('files puts a release and its settings in place, from the store and from a registry', async () => {
    await deploy('files');
    expect(read('opt/app/VERSION')).toBe('1.1.0\n');
    expect([read('etc/app/app.conf'), read('etc/app/defaults.conf')]).toEqual(['level=info\n', 'colour=blue\n']);
    expect(statSync(join(stage.rootOf('camera'), 'etc/app/app.conf')).mode & 0o777).toBe(0o640);
  });
});

/** Deploys an example in the version 1.1.0, and waits until it has succeeded. */
async function deploy(example: string): Promise<void> {
  const text = readFileSync(join(repository, 'examples', 'flows', `${example}.yaml`), 'utf8');
  const saved = await api.send<{ update_flows: [{ uuid: string }]; warnings: unknown[] }>(
    'POST',
    `${project}/update-flows`,
    text,
    'application/yaml',
  );
  expect(saved.warnings).toEqual([]);
  const { deployment_id } = await api.send<{ deployment_id: string }>('POST', `${project}/deployments`, {
    deployment_configuration: {
      flow_uuid: saved.update_flows[0].uuid,
      parameters_mapping: { version: '1.1.0' },
    },
  });
  const view = () => api.get<Deployment>(`${project}/deployments/${deployment_id}`);
  await until(async () => (await view()).finished_at !== null);
  expect((await view()).counts).toMatchObject({ success: 1, failed: 0 });
}

async function upload(path: string, bytes: string | Uint8Array<ArrayBuffer>): Promise<void> {
  await api.send('PUT', `${project}/artifacts/${path}`, bytes, 'application/octet-stream');
}

function releaseOf(version: string): Uint8Array<ArrayBuffer> {
  const folder = join(stage.home, 'release');
  mkdirSync(folder);
  writeFileSync(join(folder, 'VERSION'), `${version}\n`);
  return Uint8Array.from(execFileSync('tar', ['-C', folder, '-cz', 'VERSION']));
}

function read(name: string): string {
  return readFileSync(join(stage.rootOf('camera'), name), 'utf8');
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await delay(50);
}
