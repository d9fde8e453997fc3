import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ownFlowFile, startTestServer, type TestServer } from '@tideway/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CommandLine } from './testing/command-line.ts';

const flow = (run: string, name = 'pump') => `flows:\n  ${name}:\n    steps:\n      - name: go\n        run: ${run}\n`;
let server: TestServer;
let user: CommandLine;

beforeAll(async () => {
  server = await startTestServer();
  await server.request('POST', '/api/v2/projects', { body: { name: 'Fields' } });
  user = new CommandLine({ TIDEWAY_URL: server.url, TIDEWAY_TOKEN: server.owner.token });
});

afterAll(async () => {
  user.end();
  await server.stop();
});

describe('tideway flows', () => {
  it('are created by the first push, and get a version by the next', async () => {
    write('pump.yaml', flow('echo 1'));
    const first = await user.run(['flows', 'push', 'pump.yaml']);
    expect(first).toMatchObject({ code: 0, out: expect.stringMatching(/^Saved pump as version 1 of f-\S+\n$/) });
    write('pump.yaml', flow('echo 2'));
    expect(await user.json('flows', 'push', 'pump.yaml')).toMatchObject({
      update_flows: [{ name: 'pump', version: 2 }],
    });
    expect((await user.run(['flows', 'push', '-'], { input: flow('echo 3') })).out).toContain(
      'Saved pump as version 3',
    );
    expect(await user.json('flows', 'list')).toMatchObject([{ name: 'pump', version: 3 }]);
  });

  it('are pushed to an id, which is created or gets a version', async () => {
    write('lamp.yaml', flow('echo 1', 'lamp'));
    const push = ['flows', 'push', 'lamp.yaml', '--id', 'f-5d0e-b713'];
    expect((await user.run(push)).out).toBe('Saved lamp as version 1 of f-5d0e-b713\n');
    write('lamp.yaml', flow('echo 1', 'light'));
    expect((await user.run(push)).out).toBe('Saved light as version 2 of f-5d0e-b713\n');
  });

  it('of one file are created together, and not mixed with what there is', async () => {
    write('both.yaml', `${flow('echo 1', 'valve')}${flow('echo 1', 'gate').replace('flows:\n', '')}`);
    expect((await user.json('flows', 'push', 'both.yaml')).update_flows).toHaveLength(2);
    const again = await user.run(['flows', 'push', 'both.yaml']);
    expect(again).toMatchObject({ code: 2, said: expect.stringContaining('push it in a file of its own') });
  });

  it('that are not valid are refused with every fault and its line', async () => {
    const ended = await user.run(['flows', 'push', '-'], {
      input: flow('echo 1').replace('run', 'rum').replace('name: go', 'nane: go'),
    });
    expect(ended).toMatchObject({ code: 2, out: '' });
    expect(ended.said).toMatch(/\n {2}code: invalid_flow\n/);
    expect(ended.said.match(/, line \d+: /g)?.length).toBeGreaterThan(1);
  });

  it('warn of what may still come', async () => {
    const file = 'uses: tideway/files\n        with: { artifact: pump.bin, path: /opt/pump.bin }';
    const ended = await user.run(['flows', 'push', '-'], { input: flow('x', 'early').replace('run: x', file) });
    expect(ended).toMatchObject({
      code: 0,
      out: expect.stringContaining('\nWARNING: flows.early: there is no artifact'),
    });
  });

  it('are pulled as they were pushed, in any version', async () => {
    write('release.yaml', ownFlowFile);
    const { update_flows } = await user.json('flows', 'push', 'release.yaml');
    await user.run(['flows', 'push', '-'], { input: ownFlowFile.replace('2h', '3h') });
    expect((await user.run(['flows', 'pull', 'app-release', '--number', '1'])).out).toBe(ownFlowFile);
    const pulled = await user.run(['flows', 'pull', update_flows[0].uuid, '--output', 'pulled.yaml']);
    expect(pulled).toMatchObject({ code: 0, out: '' });
    expect(readFileSync(join(user.home, 'pulled.yaml'), 'utf8')).toBe(ownFlowFile.replace('2h', '3h'));
  });

  it('are not pulled into a file that cannot be written', async () => {
    const ended = await user.run(['flows', 'pull', 'pump', '--output', 'none/pump.yaml']);
    expect(ended).toMatchObject({
      code: 2,
      said: expect.stringMatching(/^tideway: Cannot write the file: ENOENT[^\n]+\n$/),
    });
  });

  it('are compared with a file, line by line', async () => {
    await user.run(['flows', 'push', '-'], { input: flow('echo 1', 'compared') });
    write('compared.yaml', flow('echo 1', 'compared'));
    expect(await user.run(['flows', 'diff', 'compared.yaml'])).toEqual({ code: 0, out: '', said: '' });
    write('compared.yaml', flow('echo 2', 'compared'));
    expect(await user.run(['flows', 'diff', 'compared.yaml', 'compared'])).toEqual({
      code: 1,
      said: '',
      out: `--- compared (version 1)
+++ compared.yaml
@@ -1,5 +1,5 @@
 flows:
   compared:
     steps:
       - name: go
-        run: echo 1
+        run: echo 2
`,
    });
    expect((await user.run(['flows', 'diff', 'compared.yaml', 'none'])).code).toBe(2);
  });
});

function write(name: string, text: string): void {
  writeFileSync(join(user.home, name), text);
}
