import { ownFlowFile, startTestServer, type TestServer, vendorFlowFile } from '@tideway/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let server: TestServer;
const flows = '/api/v2/greenhouses/update-flows';
const yaml = { 'content-type': 'application/yaml' };

beforeAll(async () => {
  server = await startTestServer();
  await server.request('POST', '/api/v2/projects', { body: { name: 'Greenhouses' } });
});

afterAll(() => server.stop());

describe('a flow', () => {
  it.each([
    ['description', 'description: "\\0"'],
    ['steps[0].run', 'steps: [{ name: list, run: "ls \\0" }]'],
    ['steps[0].run', 'steps: [{ name: list, run: "ls \\ud800" }]'],
    ['steps[0].name', 'steps: [{ name: "\\0", run: ls }]'],
    ['steps[0].env.A', 'steps: [{ name: list, run: ls, env: { A: "\\0" } }]'],
    ['rollback.run', 'rollback: { run: "ls \\0" }'],
    ['requires.os[0]', 'requires: { os: ["\\0"] }'],
  ])('with a text that cannot be kept as its %s is refused', async (field, line) => {
    const plain = line.startsWith('steps') ? '' : 'steps: [{ name: list, run: ls }]';
    const body = `flows:\n  broken:\n    ${line}\n    ${plain}\n`;
    const answer = await server.request('POST', flows, { body, headers: yaml });
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_flow' } });
    expect(answer.body.errors ?? [answer.body]).toMatchObject([{ path: `flows.broken.${field}`, line: 3 }]);
  });

  it('of another content type is refused with those that are taken', async () => {
    const answer = await server.request('POST', flows, { body: 'flows', headers: { 'content-type': 'text/csv' } });
    expect(answer).toMatchObject({ status: 415, body: { error_message: expect.stringContaining('application/yaml') } });
  });

  it('is created from YAML, and shown with its text as it was sent', async () => {
    const source = '# kept\nflows:\n  kept:\n    steps: [{ name: list, run: "ls ${{ inputs.folder }}" }]\n';
    const created = await server.request('POST', flows, { body: source, headers: yaml });
    const [flow] = created.body.update_flows;
    const shown = await server.request('GET', `${flows}/${flow.uuid}`);

    expect([created.status, created.body.status, flow.name, flow.version]).toEqual([201, 'success', 'kept', 1]);
    expect(shown.body).toMatchObject({ id: flow.uuid, version: 1, source, inputs: { folder: { required: true } } });
  });

  it('is created from JSON, with an id of the older form where one is given', async () => {
    const body = { flows: { older: { steps: [{ name: 'list', run: 'ls' }] } } };
    const created = await server.request('POST', `${flows}?id=4c1d-9be2`, { body });
    const again = await server.request('POST', `${flows}?id=4c1d-9be2`, {
      body: { flows: { other: body.flows.older } },
    });

    expect(created.body.update_flows).toEqual([{ name: 'older', uuid: '4c1d-9be2', version: 1 }]);
    expect([again.status, again.body.code]).toEqual([409, 'already_exists']);
    expect((await server.request('POST', `${flows}?id=no`, { body })).body.field).toBe('id');
  });

  it("is created from the contract's own file as it stands there, and deployed", async () => {
    const created = await server.request('POST', flows, { body: ownFlowFile, headers: yaml });
    await server.request('PUT', '/api/v2/greenhouses/artifacts/app/1.1.0/app.tar.gz', { body: 'bytes' });
    const device = { name: 'pump-1', group: 'Production' };
    await server.request('POST', '/api/v2/greenhouses/devices', { body: device });
    const parameters_mapping = { version: '1.1.0' };
    const flow_uuid = created.body.update_flows[0].uuid;
    const order = { deployment_configuration: { flow_uuid, parameters_mapping } };
    const deployed = await server.request('POST', '/api/v2/greenhouses/deployments', { body: order });

    expect([created.status, created.body.warnings]).toEqual([201, []]);
    expect([deployed.status, deployed.body.devices]).toEqual([201, 1]);
  });

  it("is created from the vendor's file as it is; deploying it asks for its registry", async () => {
    const created = await server.request('POST', flows, { body: vendorFlowFile, headers: yaml });
    const flow_uuid = created.body.update_flows[0].uuid;
    const parameters_mapping = { product: 'camera', channel: 'stable', tag: '1.10' };
    const order = { deployment_configuration: { flow_uuid, parameters_mapping } };
    const refused = await server.request('POST', '/api/v2/greenhouses/deployments', { body: order });

    expect([created.status, created.body.update_flows[0].name]).toEqual([201, 'camera-release']);
    expect(created.body.warnings.map((warning: { message: string }) => warning.message)).toEqual([
      'flows.camera-release: there is no registry edge-registry yet',
    ]);
    expect([refused.status, refused.body.code]).toEqual([400, 'unknown_registry']);
  });

  it('gets a new version with every save, and keeps the ones before', async () => {
    const first = await save('versioned', 'ls one');
    const id = first.body.update_flows[0].uuid;
    const second = await server.request('PUT', `${flows}/${id}`, { body: text('versioned', 'ls two'), headers: yaml });
    const old = await server.request('GET', `${flows}/${id}?version=1`);
    const versions = await server.request('GET', `${flows}/${id}/versions`);

    expect(second.body.update_flows[0].version).toBe(2);
    expect(old.body.source).toContain('ls one');
    expect(versions.body.items.map((item: { version: number }) => item.version)).toEqual([2, 1]);
  });

  it('is refused with every fault and its line, and nothing of the file is kept', async () => {
    const source =
      'flows:\n  good:\n    steps: [{ name: a, run: ls }]\n  bad:\n    steps:\n      - { name: a, use: b }\n      - run: ls\n';
    const refused = await server.request('POST', flows, { body: source, headers: yaml });
    const listed = await server.request('GET', flows);

    expect([refused.status, refused.body.code]).toEqual([400, 'invalid_flow']);
    expect(refused.body.errors).toEqual([
      {
        path: 'flows.bad.steps[0].use',
        line: 6,
        message: 'flows.bad.steps[0].use is not a known key; did you mean uses?',
      },
      { path: 'flows.bad.steps[1].name', line: 7, message: 'flows.bad.steps[1].name is required' },
    ]);
    expect(listed.body.items.map((item: { name: string }) => item.name)).not.toContain('good');
  });

  it('warns of an artifact that is not there yet', async () => {
    const source =
      'flows:\n  early:\n    steps: [{ name: a, uses: tideway/files, with: { artifact: a/b, path: /opt/a } }]\n';
    const created = await server.request('POST', flows, { body: source, headers: yaml });

    expect(created.body.warnings).toEqual([
      { path: 'flows.early', message: 'flows.early: there is no artifact a/b yet' },
    ]);
  });

  it('warns of files at one place that are undone in forward order', async () => {
    const step = (name: string) => `{ name: ${name}, uses: tideway/files, with: { artifact: a/b, path: /opt/a } }`;
    const source = `flows:\n  onward:\n    order: forward\n    steps: [${step('a')}, ${step('b')}]\n`;
    const created = await server.request('POST', flows, { body: source, headers: yaml });

    expect(created.body.warnings.at(-1).message).toMatch(/^flows\.onward: "a" and "b" may put files at the same place/);
  });

  it.each([
    ['description: "a\\0b"', 'flows.odd.description'],
    ['description: "a\\ud800b"', 'flows.odd.description'],
    ['rollback: { run: "a\\0" }', 'flows.odd.rollback.run'],
    ['requires: { os: ["a\\0"] }', 'flows.odd.requires.os[0]'],
    ['inputs: { x: { default: "a\\0" } }', 'flows.odd.inputs.x.default'],
    ['"a\\0b": 1', 'flows.odd'],
  ])('is refused with every character that cannot be kept, and its place: %s', async (line, field) => {
    const step = '{ name: "a\\0", run: "b\\udfff", env: { C: "\\0" } }';
    const source = `flows:\n  odd:\n    ${line}\n    steps: [${step}]\n`;
    const refused = await server.request('POST', flows, { body: source, headers: yaml });

    expect([refused.status, refused.body.code, refused.body.field]).toEqual([400, 'invalid_flow', field]);
    expect(refused.body.errors.map((fault: { path: string; line: number }) => `${fault.line} ${fault.path}`)).toEqual([
      `3 ${field}`,
      '4 flows.odd.steps[0].name',
      '4 flows.odd.steps[0].run',
      '4 flows.odd.steps[0].env.C',
    ]);
  });

  it('is refused with NUL in a comment', async () => {
    const refused = await server.request('POST', flows, { body: `# one\n# \0\n${text('odd', 'ls')}`, headers: yaml });

    expect([refused.status, refused.body.code, refused.body.errors[0].line]).toEqual([400, 'invalid_flow', 2]);
  });

  it('is refused as anything but YAML or JSON', async () => {
    const sent = await server.request('POST', flows, { body: 'flows', headers: { 'content-type': 'image/png' } });

    expect([sent.status, sent.body.code]).toEqual([415, 'unsupported_media_type']);
    expect(sent.body.error_message).toContain('send application/yaml or application/json');
  });

  it('is refused under a name that is taken, and gone when it is deleted', async () => {
    const first = await save('twice', 'ls');
    const second = await save('twice', 'ls');
    const deleted = await server.request('DELETE', `${flows}/${first.body.update_flows[0].uuid}`);
    const third = await save('twice', 'ls');

    expect([second.status, second.body.code, deleted.status, third.status]).toEqual([409, 'already_exists', 204, 201]);
  });
});

function text(name: string, script: string): string {
  return `flows:\n  ${name}:\n    steps: [{ name: one, run: ${script} }]\n`;
}

function save(name: string, script: string) {
  return server.request('POST', flows, { body: text(name, script), headers: yaml });
}
