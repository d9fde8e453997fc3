import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runStepFixture } from '../testing/flow-fixtures.ts';
import { UpdateOutput } from '../update/update-output.ts';
import { checkStep } from './check.ts';
import { type StepContext, StepFailure, type StepOf } from './step.ts';

type Probe = StepOf<'check'>['with']['probe'];

let folder: string;
let server: Server;
let port: number;
let status: number;

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'tideway-check-'));
  status = 200;
  server = createServer((_, response) => response.writeHead(status).end('all is well'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});
afterEach(() => {
  server.close();
  server.closeAllConnections();
  rmSync(folder, { recursive: true, force: true });
});

describe('a check', () => {
  it('holds when an address answers with the status and the text', async () => {
    await check({ kind: 'http', url: url(), expect_status: 200, expect_body: 'is well' });
  });

  it('says what an address answered instead', async () => {
    status = 503;
    await expect(check({ kind: 'http', url: url(), expect_status: 200, expect_body: null })).rejects.toThrow(
      `${url()} answers with status 503 instead of 200. It did not hold within 1 s.`,
    );
    status = 200;
    await expect(check({ kind: 'http', url: url(), expect_status: 200, expect_body: 'ill' })).rejects.toThrow(
      `The answer of ${url()} does not contain "ill".`,
    );
  });

  it('asks again until the address is well', async () => {
    status = 503;
    const running = check({ kind: 'http', url: url(), expect_status: 200, expect_body: null }, 30);
    await new Promise((resolve) => server.once('request', resolve));
    status = 200;
    await running;
  });

  it('holds when something listens at a port, and says when nothing does', async () => {
    await check({ kind: 'tcp', host: '127.0.0.1', port: String(port) });
    await expect(check({ kind: 'tcp', host: '127.0.0.1', port: '1' })).rejects.toThrow('127.0.0.1:1 does not answer');
    await expect(check({ kind: 'tcp', host: '127.0.0.1', port: 'ssh' })).rejects.toThrow(
      'The port must be a number up to 65535, not "ssh".',
    );
  });

  it('holds when a command ends with 0, and is over in time where the command is not', async () => {
    await check({ kind: 'command', shell: 'sh', script: 'exit 0' });
    await expect(check({ kind: 'command', shell: 'sh', script: 'exit 4' })).rejects.toThrow('ended with exit code 4');
    await expect(check({ kind: 'command', shell: 'sh', script: 'sleep 1000' })).rejects.toThrow(
      'The check did not end in time.',
    );
  });

  it('looks for a file below the root', async () => {
    writeFileSync(path.join(folder, 'there'), '');
    await check({ kind: 'file', path: '/there' });
    await expect(check({ kind: 'file', path: '/not-there' })).rejects.toThrow('not-there is not there.');
  });

  it.each<[string, Probe]>([
    [
      'http://127.0.0.1:1/ answers with status 204 and contains "is well".',
      { kind: 'http', url: 'http://127.0.0.1:1/', expect_status: 204, expect_body: 'is well' },
    ],
    ['127.0.0.1:ssh answers.', { kind: 'tcp', host: '127.0.0.1', port: 'ssh' }],
    ['this ends with exit code 0: exit 4', { kind: 'command', shell: 'sh', script: '\nexit 4\n' }],
    ['this ends with exit code 0: cd / …', { kind: 'command', shell: 'sh', script: 'cd /\nexit 4' }],
    ['the unit no-such.service is active.', { kind: 'systemd', unit: 'no-such.service' }],
  ])('says first that it looks whether %s', async (expectation, probe) => {
    const said: string[] = [];
    await check(probe, 1, { output: (text) => said.push(text) }).catch(() => undefined);
    expect(said[0]).toBe(`Checking for up to 1 s that ${expectation}\n`);
  });

  it('names the file that it looks for as it lies on the device, also where it is there', async () => {
    const file = path.join(folder, 'there');
    writeFileSync(file, '');
    const said: string[] = [];
    await check({ kind: 'file', path: '/there' }, 60, { output: (text) => said.push(text) });
    expect(said).toEqual([`Checking for up to 60 s that ${file} is there.\n`]);
  });

  it('shows no secret of what it looks at', async () => {
    const probe: Probe = { kind: 'http', url: `${url()}?key=hunter2`, expect_status: 200, expect_body: null };
    expect(await outputOf(probe, 'hunter2')).toContain(`that ${url()}?key=*** answers with status 200.\n`);
  });

  it.each([
    ['begins with blanks', '  true half', '***'],
    ['ends with blanks', ': half  ', '***'],
    ['has several lines', '\n true one half \n: other half ', '*** …'],
  ])('shows no half of a secret that %s, in a body and in a script', async (_, secret, shown) => {
    const inBody = await outputOf({ kind: 'http', url: url(), expect_status: 200, expect_body: secret }, secret);
    expect(/ and contains "([^"]*)"\.\n/.exec(inBody)?.[1]).toBe(shown);
    const inScript = await outputOf({ kind: 'command', shell: 'sh', script: secret }, secret);
    expect(/ exit code 0: ([^\n]*)\n/.exec(inScript)?.[1]).toBe(shown);
    expect(inBody + inScript).not.toContain('half');
  });

  it('ends at once when it is broken off', async () => {
    const breaking = new AbortController();
    const reason = new StepFailure('stopped', 'The update was aborted.');
    const running = check({ kind: 'file', path: '/never' }, 1000, { signal: breaking.signal });
    breaking.abort(reason);
    await expect(running).rejects.toBe(reason);
  });
});

function url(): string {
  return `http://127.0.0.1:${port}/health`;
}

/** What is kept of the output of a check, whether it holds or not. */
async function outputOf(probe: Probe, secret: string): Promise<string> {
  const output = new UpdateOutput(mkdtempSync(path.join(folder, 'update-')), [secret]);
  const part = output.openPart('Check');
  await check(probe, 1, { output: part.write }).catch(() => undefined);
  part.end(true);
  return output.read(0, 10_000);
}

async function check(
  probe: Probe,
  within_s = 1,
  others: Partial<Pick<StepContext, 'output' | 'signal'>> = {},
): Promise<void> {
  const { name, uses: _uses, ...rest } = runStepFixture('Check', '');
  const context: StepContext = {
    root: folder,
    keepFolder: folder,
    origin: { device: 'd-test', flow: 'f-test', update: 'up-test', step: 0 },
    environment: { PATH: process.env.PATH ?? '' },
    fetchArtifact: () => Promise.reject(new Error('a check needs no artifact')),
    registry: () => Promise.reject(new Error('a check needs no registry')),
    askForBoot: () => undefined,
    output: () => undefined,
    signal: new AbortController().signal,
    ...others,
  };
  await checkStep.run({ ...rest, name, uses: 'check', with: { probe, within_s } }, context);
}
