import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { UpdateDetails } from '@tideway/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ContainerEngine, hasEngine } from '../../agent/src/testing/container-engine.ts';
import { type Api, createApi } from './api.ts';
import { Stage } from './stage.ts';

const home = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
const project = '/api/v2/fleet';

describe.skipIf(!hasEngine)('the example flows with containers, on a real device', { timeout: 240_000 }, () => {
  const stage = new Stage(join(home, 'dist'));
  const engine = new ContainerEngine();
  let url: string;
  let token: string;
  let api: Api;
  let device: string;
  let flows = 0;

  beforeAll(async () => {
    await engine.start();
    url = await stage.startServer();
    token = await stage.createToken('owner');
    api = createApi(url, token);
    await api.send('POST', '/api/v2/projects', { name: 'Fleet', key: 'fleet' });
    const { token: pairing } = await api.send<{ token: string }>('POST', `${project}/pairing-tokens`, {});
    stage.startAgent('camera', ['--server', url, '--pairing-token', pairing], engine.environment);
    await until(async () => {
      const { items } = await api.get<{ items: { id: string }[] }>(`${project}/devices?state=online`);
      device = items[0]?.id ?? '';
      return device !== '';
    });
  });
  afterAll(async () => {
    await stage.stop();
    await engine.remove();
  });

  it('script.yaml runs a script with its arguments', async () => {
    await upload('tools/set-level.sh', 'printf "%s\\n" "$@" > "$TIDEWAY_ROOT/level"');
    const flow = await save('script.yaml');
    await expectResult(await order(flow, { level: 'debug', note: '"$(reboot)"; it\'s me' }), 'success');
    const words = ['--level', 'debug', '--note', '"$(reboot)"; it\'s me', '--device', 'camera', ''];
    expect(readFileSync(join(stage.rootOf('camera'), 'level'), 'utf8')).toBe(words.join('\n'));
  });

  it('docker.yaml replaces a container, and has it back where a later step fails', async () => {
    const serves = 'echo $GREETING for $2 > /tmp/said; touch /tmp/ready';
    for (const [tag, does] of Object.entries({
      '1': `${serves} /tmp/serves`,
      '2': serves,
      '3': `${serves} /tmp/serves`,
    })) {
      engine.makeImage(
        `model-server:${tag}`,
        tag,
        `ENTRYPOINT ["/run", "/bin/sh", "-c", ${JSON.stringify(`${does} #`)}]`,
      );
    }
    const flow = await save('docker.yaml');
    await expectResult(await order(flow, { tag: '1', greeting: 'hi `reboot`' }), 'success');
    expect(engine.docker('exec', 'model-server', 'cat', '/version')).toBe('1');
    expect(engine.docker('exec', 'model-server', 'cat', '/tmp/said')).toBe('hi `reboot` for camera');

    const failed = await expectResult(await order(flow, { tag: '2' }), 'failed');
    expect(failed.undone).toEqual([expect.objectContaining({ step: 'Model server', done: true })]);
    expect(engine.containers()).toEqual(['model-server running']);
    expect(engine.docker('exec', 'model-server', 'cat', '/version')).toBe('1');

    await expectResult(await order(flow, { tag: '3' }), 'success');
    expect(engine.containers()).toEqual(['model-server running']);
    expect(engine.docker('exec', 'model-server', 'cat', '/version')).toBe('3');
    expect(engine.lines('images', '--format={{.Tag}}', 'model-server').sort()).toEqual(['2', '3']);
    engine.docker('rm', '--force', 'model-server');
  });

  it('compose.yaml brings a project up, and has the previous one back where a later step fails', async () => {
    for (const version of ['1', '2']) engine.makeImage(`shop:${version}`, version);
    const service = [
      '    image: shop:${VERSION}',
      '    network_mode: host',
      '    environment: { DEVICE: "${DEVICE}" }',
    ];
    await upload('shop/compose.yaml', ['version: "3.7"', 'services:', '  web:', ...service, ''].join('\n'));
    const well = join(stage.rootOf('camera'), 'srv', 'shop', 'is-well');
    const flow = await save('compose.yaml');
    mkdirSync(dirname(well), { recursive: true });
    writeFileSync(well, '');
    await expectResult(await order(flow, { version: '1' }), 'success');
    expect(running()).toBe('1 camera');
    rmSync(well);
    await expectResult(await order(flow, { version: '2' }), 'failed');
    expect(running()).toBe('1 camera');
  });

  function running(): string {
    const [id = ''] = engine.lines('ps', '--quiet', '--filter=label=com.docker.compose.project=shop');
    return engine.docker('exec', id, 'sh', '-c', 'echo "$(cat /version) $DEVICE"');
  }

  async function upload(path: string, text: string): Promise<void> {
    await api.send('PUT', `${project}/artifacts/${path}`, text, 'application/octet-stream');
  }

  /** Saves an example; gives the id of its flow. */
  async function save(file: string): Promise<string> {
    const text = readFileSync(join(home, 'examples', 'flows', file), 'utf8');
    flows += 1;
    const id = `f-0000-000${flows}`;
    await api.send('POST', `${project}/update-flows?id=${id}`, text, 'application/yaml');
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

  async function expectResult(deployment: string, status: 'success' | 'failed'): Promise<UpdateDetails> {
    const update = () => api.get<UpdateDetails>(`${project}/deployments/${deployment}/updates/${device}`);
    await until(async () => !['pending', 'in_progress'].includes((await update()).status));
    const result = await update();
    expect(result.status, JSON.stringify(result)).toBe(status);
    return result;
  }
});

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await delay(200);
}
