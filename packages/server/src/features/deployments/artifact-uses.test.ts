import {
  type DeviceFleet,
  makeDeviceFleet,
  type ScriptedDevice,
  startTestServer,
  type TestServer,
} from '@tideway/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let server: TestServer;
let fleet: DeviceFleet;
let device: ScriptedDevice;
const path = 'app/1.1.0/app.tar.gz';
const template = 'app/${{ inputs.version }}/app.tar.gz';

beforeAll(async () => {
  server = await startTestServer();
  fleet = await makeDeviceFleet(server, 'Uses');
  device = await fleet.joinDevice();
  await server.request('PUT', `${fleet.path}/artifacts/${path}`, { body: 'bytes' });
});

afterAll(() => server.stop());

describe('the uses of an artifact', () => {
  it('are the flows whose newest version names it, or may', async () => {
    const written = await save('written', path);
    const filled = await save('filled', template);
    await save('another', 'app/1.2.0/app.tar.gz');
    await save('outside', path, 'registry: edge, ');
    const former = await save('former', path);
    await put(former, 'former', 'app/2.0.0/app.tar.gz');
    const later = await save('later', 'app/2.0.0/app.tar.gz');
    await put(later, 'later', `${path}, app/\${{ config.name }}`);
    await fleet.call('DELETE', `/update-flows/${await save('deleted', path)}`);

    expect((await uses(path)).flows).toEqual([
      { id: later, name: 'later', version: 2, names: [path, 'app/${{ config.name }}'] },
      { id: filled, name: 'filled', version: 1, names: [template] },
      { id: written, name: 'written', version: 1, names: [path] },
    ]);
    const ofNone = await uses('app/1.3.0/app.tar.gz');
    expect([ofNone.flows.map(({ name }) => name), ofNone.deployments]).toEqual([['later', 'filled'], []]);
  });

  it('are the deployments that were given it, with the updates that still need it, until it is deleted', async () => {
    const flow = flowText('deployed', path);
    const ended = await fleet.deployTo([device], { flow });
    await device.next();
    await device.report({ update_id: ended, seq: 1, event: 'succeeded' });
    const other = await fleet.joinDevice();
    const open = await fleet.deployTo([device, other], { flow });
    const last = await fleet.deployTo([device], { flow });
    await fleet.call('POST', `/deployments/${last}/abort`);
    await fleet.deployTo([device]);

    const shown = await uses(path);
    expect(shown.deployments).toMatchObject([
      { id: open, flow: { name: 'deployed', version: 1 }, state: 'running', open_updates: 2 },
      { id: last, state: 'finished', open_updates: 0 },
      { id: ended, state: 'finished', open_updates: 0 },
    ]);
    const refused = await server.request('DELETE', `${fleet.path}/artifacts/${path}`);
    expect([refused.status, refused.body.code]).toEqual([409, 'in_use']);

    await fleet.call('POST', `/deployments/${open}/abort`);
    await server.request('DELETE', `${fleet.path}/artifacts/${path}`);
    expect((await uses(path)).deployments).toEqual([]);
  });

  it('are those of its own project', async () => {
    const elsewhere = await makeDeviceFleet(server, 'Elsewhere');
    const { body } = await server.request('GET', `${elsewhere.path}/artifact-uses?path=${path}`);
    expect(body).toEqual({ flows: [], deployments: [] });
  });

  it.each([
    ['no path', ''],
    ['an empty one', '?path='],
    ['an empty segment', '?path=a//b'],
    ['a segment that climbs', '?path=../b'],
    ['a control character', '?path=a%0Ab'],
    ['a path that is too long', `?path=${'x'.repeat(1025)}`],
  ])('are not told for %s', async (_what, query) => {
    const { status, body } = await server.request('GET', `${fleet.path}/artifact-uses${query}`);
    expect([status, body.code, body.field]).toEqual([400, 'invalid_request', 'path']);
  });
});

type Uses = { flows: { name: string }[]; deployments: unknown[] };

async function uses(of: string): Promise<Uses> {
  return (await server.request('GET', `${fleet.path}/artifact-uses?path=${encodeURIComponent(of)}`)).body;
}

async function save(name: string, artifacts: string, more = ''): Promise<string> {
  const text = flowText(name, artifacts, more);
  const { update_flows } = (await fleet.call('POST', '/update-flows', text)) as { update_flows: [{ uuid: string }] };
  return update_flows[0].uuid;
}

async function put(id: string, name: string, artifacts: string): Promise<void> {
  await fleet.call('PUT', `/update-flows/${id}`, flowText(name, artifacts));
}

/** A flow with one step that puts files in place; `artifacts` is one name or several with commas between them. */
function flowText(name: string, artifacts: string, more = ''): string {
  const named = artifacts.includes(', ')
    ? `artifacts: [${artifacts
        .split(', ')
        .map((artifact) => `'${artifact}'`)
        .join(', ')}]`
    : `artifact: '${artifacts}'`;
  return `flows:\n  ${name}:\n    steps: [{ name: place, uses: tideway/files, with: { ${more}${named}, path: /opt/app } }]\n`;
}
