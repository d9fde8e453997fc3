import { createTokenOf, ownFlowFile, startTestServer, type TestServer } from '@tideway/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let server: TestServer;
let saved: string;
const flows = '/api/v2/greenhouses/update-flows';
const headers = { 'content-type': 'application/yaml' };

beforeAll(async () => {
  server = await startTestServer();
  await server.request('POST', '/api/v2/projects', { body: { name: 'Greenhouses' } });
  const { body } = await server.request('POST', flows, { body: text('saved'), headers });
  saved = body.update_flows[0].uuid;
});

afterAll(() => server.stop());

describe('a text of flows that is checked', () => {
  it('is shown with its flows and what saving it would warn of, and nothing is saved', async () => {
    const before = await everything();
    const { status, body } = await check(ownFlowFile);
    expect([status, body.errors, await everything()]).toEqual([200, [], before]);
    expect(body.flows).toMatchObject([
      {
        name: 'app-release',
        description: 'Puts a release of the app on the device and proves that it runs',
        inputs: { version: { required: true }, conf_path: { default: '/etc/app/settings.conf' } },
        steps: [
          { name: 'Stop the app', uses: 'run' },
          { name: 'Put the release in place', uses: 'files' },
          { name: 'Migrate', uses: 'run' },
          { name: 'Start and prove', uses: 'check' },
        ],
      },
    ]);
  });

  it('has the errors of all its flows at once, and every flow as far as it can be read', async () => {
    const source = `flows:
  saved:
    steps: [{ name: one, run: ls }]
  good:
    steps: [{ name: one, run: ls }]
  bad:
    description: half of it
    steps:
      - { name: one, uses: b }
      - { name: two, run: ls, time: 1m }
`;
    const { status, body } = await check(source);
    const refused = await server.request('POST', flows, { body: source, headers });

    expect([status, body.errors.slice(1)]).toEqual([200, refused.body.errors]);
    expect(body.errors.map(({ path, line }: { path: string; line: number }) => [line, path])).toEqual([
      [2, 'flows.saved'],
      [9, 'flows.bad.steps[0].uses'],
      [10, 'flows.bad.steps[1].time'],
    ]);
    expect(body.errors[0].message).toBe('There is a flow saved already; send the text to it with PUT as a new version');
    expect(body.flows).toMatchObject([
      { name: 'saved' },
      { name: 'good', steps: [{ name: 'one' }] },
      { name: 'bad', description: 'half of it', steps: [{ name: 'two', uses: 'run' }] },
    ]);
  });

  it('has the warnings that saving it gives, each with its line', async () => {
    const place = 'path: /opt/a';
    const source = `flows:
  first:
    steps: [{ name: one, run: ls }]
  early:
    inputs: { key: { secret: true } }
    order: forward
    steps:
      - { name: a, uses: tideway/files, with: { artifact: not/there, ${place} } }
      - { name: b, uses: tideway/files, with: { registry: edge, artifact: not/here, ${place} } }
      - { name: c, uses: tideway/script, with: { artifact: not/there, arguments: ['\${{ inputs.key }}'] } }
`;
    const checked = await check(source);
    const { body } = await server.request('POST', flows, { body: source, headers });

    expect(checked.body.errors).toEqual([]);
    expect(body.warnings).toHaveLength(4);
    expect(checked.body.warnings).toEqual(body.warnings.map((warning: object) => ({ ...warning, line: 4 })));
  });

  it.each([
    ['no YAML', 'flows: [', 1],
    ['empty', '# nothing\n', 1],
    ['no object', 'flows: 3', 1],
    ['without flows', 'on: {}\nflows: {}\n', 2],
    ['with a character that cannot be kept', 'flows:\n  odd: "a\\0"\n', 2],
  ])('has an error and no flows where it is %s', async (_what, source, line) => {
    const { status, body } = await check(source);
    expect([status, body.flows, body.warnings, body.errors.length]).toEqual([200, [], [], 1]);
    expect(body.errors[0]).toEqual({ path: expect.any(String), line, message: expect.any(String) });
  });

  it('has an error where it is too long', async () => {
    const { status, body } = await check(`${text('long')}${'# more\n'.repeat(40_000)}`);
    expect([status, body.errors[0].message]).toEqual([200, 'A file of flows must have at most 256 KiB']);
  });

  it('may be checked by who may only look', async () => {
    const token = await createTokenOf(server, 'viewer');
    const answer = await server.request('POST', `${flows}/check`, { body: text('seen'), headers, token });
    expect(answer).toMatchObject({ status: 200, body: { errors: [], flows: [{ name: 'seen' }] } });
  });
});

describe('a text that is checked as the new version of a flow', () => {
  it('may have the name of the flow, or one that is free', async () => {
    for (const name of ['saved', 'renamed']) {
      expect((await check(text(name), `?id=${saved}`)).body).toMatchObject({ errors: [], flows: [{ name }] });
    }
  });

  it('has errors for the name of another flow, and for more than one flow, also where one cannot be read', async () => {
    await server.request('POST', flows, { body: text('other'), headers });
    const taken = await check(text('other'), `?id=${saved}`);
    expect(taken.body.errors).toMatchObject([{ path: 'flows.other', line: 2 }]);

    const two = await check('flows:\n  saved: { steps: [{ name: a, run: ls }] }\n  more: 3\n', `?id=${saved}`);
    expect(two.body.errors).toMatchObject([
      { path: 'flows', line: 1, message: 'The text must hold exactly one flow, the new version of this one' },
      { path: 'flows.more', line: 3 },
    ]);
  });

  it('is refused where there is no such flow, in another project, too', async () => {
    await server.request('POST', '/api/v2/projects', { body: { name: 'Elsewhere' } });
    const elsewhere = '/api/v2/elsewhere/update-flows/check';
    const refusal = { status: 400, body: { code: 'unknown_flow', field: 'id' } };
    expect(await check(text('saved'), '?id=f-none-none')).toMatchObject(refusal);
    expect(await check(text('saved'), '?id=check')).toMatchObject(refusal);
    expect(await server.request('POST', `${elsewhere}?id=${saved}`, { body: text('saved'), headers })).toMatchObject(
      refusal,
    );
    expect((await server.request('POST', elsewhere, { body: text('saved'), headers })).body.errors).toEqual([]);
  });
});

describe('the address of the check', () => {
  it('takes texts alone, and is no flow', async () => {
    const image = await server.request('POST', `${flows}/check`, {
      body: 'x',
      headers: { 'content-type': 'image/png' },
    });
    expect([image.status, image.body.code]).toEqual([415, 'unsupported_media_type']);
    const without = await server.request('POST', `${flows}/check`);
    expect([without.status, without.body.code]).toEqual([400, 'invalid_request']);
    const wrong = await check(text('a'), '?version=2');
    expect([wrong.status, wrong.body.field]).toEqual([400, 'version']);
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const { status, headers } = await server.request(method, `${flows}/check`);
      expect([status, headers.get('allow')]).toEqual([405, 'POST']);
    }
  });
});

function text(name: string): string {
  return `flows:\n  ${name}: { steps: [{ name: one, run: ls }] }\n`;
}

function check(body: string, query = '') {
  return server.request('POST', `${flows}/check${query}`, { body, headers });
}

/** What there is of flows and changes. */
async function everything() {
  const [listed, audit] = [await server.request('GET', flows), await server.request('GET', '/api/v2/audit-events')];
  return [listed.body, audit.body];
}
