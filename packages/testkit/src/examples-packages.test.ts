import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { UpdateDetails, UpdateStatus } from '@tideway/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { installedBelow, makeDebianRoot, PackageSource } from '../../agent/src/testing/debian-root.ts';
import { GitRepositories } from '../../agent/src/testing/git-repository.ts';
import { hasProgram } from '../../agent/src/testing/programs.ts';
import { SlotMachine } from '../../agent/src/testing/slot-machine.ts';
import { type Api, createApi } from './api.ts';
import { Stage } from './stage.ts';

const home = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
const project = '/api/v2/fleet';
const needed = [
  'git',
  'dpkg',
  'apt-get',
  'rauc',
  'swupdate',
  'dbus-daemon',
  'mksquashfs',
  'openssl',
  'cpio',
  'busybox',
];
const isAble = needed.every(hasProgram) && process.getuid?.() === 0;

describe.skipIf(!isAble)('the example flows with repositories, packages and images', { timeout: 240_000 }, () => {
  let stage: Stage;
  let repositories: GitRepositories;
  let source: PackageSource;
  let machine: SlotMachine;
  let root: string;
  let url: string;
  let token: string;
  let api: Api;
  let device: string;
  let flows = 0;

  beforeAll(async () => {
    stage = new Stage(join(home, 'dist'));
    repositories = new GitRepositories();
    source = new PackageSource();
    root = stage.rootOf('camera');
    makeDebianRoot(root, source);
    machine = new SlotMachine(join(stage.home, 'camera', 'state', 'boots.json'), root);
    url = await stage.startServer();
    token = await stage.createToken('owner');
    api = createApi(url, token);
    await api.send('POST', '/api/v2/projects', { name: 'Fleet', key: 'fleet' });
    const { token: pairing } = await api.send<{ token: string }>('POST', `${project}/pairing-tokens`, {});
    stage.startAgent('camera', ['--server', url, '--pairing-token', pairing], machine.environment);
    await until(async () => {
      const { items } = await api.get<{ items: { id: string }[] }>(`${project}/devices?state=online`);
      device = items[0]?.id ?? '';
      return device !== '';
    });
  });
  afterAll(async () => {
    await stage?.stop();
    machine?.remove();
    source?.remove();
    repositories?.remove();
  });

  it('git.yaml brings a repository to a commit, and has the one from before back where a later step fails', async () => {
    repositories.commit('lib', { code: '1' });
    repositories.commit('app', { 'self-test': 'test -e "$TIDEWAY_ROOT/opt/app/lib/code"' });
    const first = repositories.addSubmodule('app', 'lib');
    const broken = repositories.commit('app', { 'self-test': 'exit 3' }, 'broken');
    const flow = await save('git.yaml', (text) => text.replace('delay: 10s', 'delay: 0s'));
    const repository = repositories.fileUrl('app');
    await expectResult(await order(flow, { repository }), 'success');
    expect(readFileSync(join(root, 'opt/app/.git/HEAD'), 'utf8').trim()).toBe(first);

    const failed = await expectResult(await order(flow, { repository, ref: broken }), 'failed');
    expect(failed.undone).toEqual([expect.objectContaining({ step: 'The app', done: true })]);
    expect(readFileSync(join(root, 'opt/app/.git/HEAD'), 'utf8').trim()).toBe(first);
    expect(existsSync(join(root, 'opt/app/lib/code'))).toBe(true);
    const unknown = await expectResult(await order(flow, { repository, ref: 'v9' }), 'failed');
    expect(unknown).toMatchObject({
      reason: 'unknown_ref',
      message: expect.stringContaining('has no branch or tag "v9"'),
    });
  });

  it('deb.yaml installs packages, and has the versions from before back where a later step fails', async () => {
    const well = (version: string) => ({ file: `usr/share/app/is-well-${version}` });
    source.publish('app', '1.0', well('1.0'));
    source.publish('app', '2.0');
    await upload('packages/app-settings.deb', source.build('app-settings', '1', { depends: 'app' }));
    const flow = await save('deb.yaml');
    await expectResult(await order(flow, { version: '1.0' }), 'success');
    const before = { app: '1.0 installed', 'app-settings': '1 installed' };
    expect(installedBelow(root)).toEqual(before);

    const failed = await expectResult(await order(flow, { version: '2.0' }), 'failed');
    expect(failed.undone).toEqual([expect.objectContaining({ step: 'Install', done: true })]);
    expect(installedBelow(root)).toEqual(before);
    const unknown = await expectResult(await order(flow, { version: '9;$(reboot)' }), 'failed');
    expect(unknown.reason).toBe('invalid_value');
  });

  it('deb.yaml is done when its agent was killed in the middle of an installation', async () => {
    source.publish('app', '3.0', {
      file: 'usr/share/app/is-well-3.0',
      postinst: 'touch /reached; while [ -e /hold ]; do sleep 0.1; done',
    });
    writeFileSync(join(root, 'hold'), '');
    const flow = await save('deb.yaml');
    const deployment = await order(flow, { version: '3.0' });
    await until(async () => existsSync(join(root, 'reached')));
    await stage.kill('camera');
    rmSync(join(root, 'hold'));
    stage.startAgent('camera', ['--server', url], machine.environment);
    await expectResult(deployment, 'success');
    expect(installedBelow(root)).toEqual({ app: '3.0 installed', 'app-settings': '1 installed' });
  });

  it('reboot.yaml goes on after the boot', async () => {
    await expectResult(await order(await save('reboot.yaml'), {}), 'success');
    expect(readFileSync(join(root, 'steps'), 'utf8')).toBe('before\nafter\n');
  });

  it.each(['rauc', 'swupdate'] as const)(
    'image.yaml has the device run from the new slot, with %s',
    async (installer) => {
      const flow = await save('image.yaml', (text) => text.replace('installer: rauc', `installer: ${installer}`));
      const release = async (version: string) => {
        await upload(`system/${installer}-${version}.image`, machine.image(installer, `${installer} ${version}`));
        return order(flow, { version: `${installer}-${version}` });
      };
      const [before, other] = machine.get('current') === 'A' ? (['A', 'B'] as const) : (['B', 'A'] as const);

      // Killed in the middle of the installation, and done all the same, but only after the boot.
      const held = machine.hold();
      const killed = await release('1');
      await held.reached();
      expect((await details(killed)).status).toBe('in_progress');
      await stage.kill('camera');
      held.release();
      stage.startAgent('camera', ['--server', url], machine.environment);
      await expectResult(killed, 'success');
      expect([machine.get('current'), machine.get(`state-${other}`)]).toEqual([other, 'good']);
      expect(machine.contentOf(other)).toBe(`${installer} 1`);

      machine.setBroken(before, true);
      const fallenBack = await expectResult(await release('2'), 'failed');
      expect(fallenBack).toMatchObject({
        reason: 'fell_back',
        message: expect.stringContaining('The device fell back to'),
      });
      expect([machine.get('current'), machine.get('primary')]).toEqual([other, other]);
      machine.setBroken(before, false);

      writeFileSync(join(root, 'is-ill'), '');
      const ill = await expectResult(await release('3'), 'failed');
      rmSync(join(root, 'is-ill'));
      expect(ill.undone).toEqual([expect.objectContaining({ step: 'The system', done: true })]);
      expect([machine.get('current'), machine.get(`state-${before}`)]).toEqual([other, 'bad']);

      const stopping = machine.hold();
      const aborted = await release('4');
      await stopping.reached();
      await api.send('POST', `${project}/deployments/${aborted}/abort`, {});
      stopping.release();
      await expectResult(aborted, 'aborted');
      expect([machine.get('current'), machine.get('primary')]).toEqual([other, other]);
    },
  );

  async function upload(path: string, bytes: Buffer): Promise<void> {
    await api.send('PUT', `${project}/artifacts/${path}`, bytes, 'application/octet-stream');
  }

  /** Saves an example; gives the id of its flow. */
  async function save(file: string, change = (text: string) => text): Promise<string> {
    const text = change(readFileSync(join(home, 'examples', 'flows', file), 'utf8'));
    flows += 1;
    const id = `f-0000-000${flows}`;
    const named = text.replace(/^ {2}([a-z-]+):$/m, `  $1-${flows}:`);
    await api.send('POST', `${project}/update-flows?id=${id}`, named, 'application/yaml');
    return id;
  }

  async function order(flow: string, parameters: Record<string, string>): Promise<string> {
    const body = {
      user_token: token,
      flow_id: flow,
      devices_filter: { project: { name: 'Fleet' }, groups: [], filters: [] },
      parameters_mapping: parameters,
    };
    const response = await fetch(`${url}/v2/deploy_update`, { method: 'POST', body: JSON.stringify(body) });
    const answer = (await response.json()) as { deployment_id?: string };
    if (!answer.deployment_id) throw new Error(JSON.stringify(answer));
    return answer.deployment_id;
  }

  async function details(deployment: string): Promise<UpdateDetails> {
    return api.get<UpdateDetails>(`${project}/deployments/${deployment}/updates/${device}`);
  }

  async function expectResult(deployment: string, status: UpdateStatus): Promise<UpdateDetails> {
    await until(async () => !['pending', 'in_progress'].includes((await details(deployment)).status));
    const result = await details(deployment);
    expect(result.status, JSON.stringify(result)).toBe(status);
    return result;
  }
});

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await delay(200);
}
