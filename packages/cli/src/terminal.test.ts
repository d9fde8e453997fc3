import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { makeDeviceFleet, startTestServer, type TestServer } from '@tideway/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CommandLine, programs } from './testing/command-line.ts';

// The `script` of util-linux runs a program on a terminal of its own; other systems have none, or one with other words.
const hasTerminal = spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout?.includes('util-linux') ?? false;
let server: TestServer;
let user: CommandLine;

beforeAll(async () => {
  server = await startTestServer();
  const fleet = await makeDeviceFleet(server, 'Fields');
  const pump = await fleet.joinDevice('pump');
  await fleet.call('PATCH', `/devices/${pump.id}`, { description: 'a \u009b2J pump' });
  const id = await fleet.deployTo([pump]);
  await pump.next();
  await pump.report({ update_id: id, seq: 1, event: 'failed', message: 'a \u001b]0;title\u0007 fault' });
  user = new CommandLine({ TIDEWAY_URL: server.url, TIDEWAY_TOKEN: server.owner.token });
});

afterAll(async () => {
  user.end();
  await server.stop();
});

describe.skipIf(!hasTerminal)('on a terminal', () => {
  it('a login asks for the token and does not show it', async () => {
    const screen = await onTerminal(['login', server.url], `${server.owner.token}x\u007f\r`);
    expect(screen).toContain(`Access token for ${server.url}: `);
    expect(screen).toContain(`Logged in to ${server.url}`);
    expect(screen).not.toContain(server.owner.token);
  });

  it('a registry asks for its password and does not show it', async () => {
    const words = ['registries', 'create', 'edge', 'files.example.org', '--username', 'fleet'];
    const screen = await onTerminal(words, 'pass-word\r');
    expect(screen).toContain('Password for the registry edge: ');
    expect(screen).toContain('Created the registry edge');
    expect(screen).not.toContain('pass-word');
    expect(await user.json('registries', 'show', 'edge')).toMatchObject({ username: 'fleet', has_password: true });
  });

  it('states are coloured, unless the user wants no colours', async () => {
    const words = ['devices', 'list'];
    expect(await onTerminal(words)).toContain('\u001b[32monline\u001b[39m');
    expect(await onTerminal(words, '', { NO_COLOR: '1' })).not.toContain('\u001b');
  });

  it('progress is drawn in place', async () => {
    const [{ id }] = await user.json('deployments', 'list');
    const screen = await onTerminal(['deployments', 'wait', id]);
    expect(screen).toContain(`\r\u001b[2K[${'#'.repeat(40)}] 1 failed of 1\r\n`);
  });

  it('nothing that a device says reaches it but as text', async () => {
    const [{ id }] = await user.json('deployments', 'list');
    const screens = [
      await onTerminal(['devices', 'show', 'pump'], '', { NO_COLOR: '1' }),
      await onTerminal(['devices', 'show', 'pump', '--json'], '', { NO_COLOR: '1' }),
      await onTerminal(['deployments', 'updates', id], '', { NO_COLOR: '1' }),
      await onTerminal(['deployments', 'updates', id, '--json'], '', { NO_COLOR: '1' }),
    ];
    expect(screens.join('')).toContain('a \\x1b]0;title\\x07 fault');
    expect(screens.join('')).toContain('a \\u009b2J pump');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    for (const screen of screens) expect(screen).not.toMatch(/[\u0000-\u0009\u000b\u000c\u000e-\u001f\u007f-\u009f]/);
  });
});

/** All that a command shows on a terminal; `typed` is typed once it has shown something. */
function onTerminal(words: string[], typed = '', env: Record<string, string> = {}): Promise<string> {
  const command = [process.execPath, join(programs, 'tideway.mjs'), ...words].map((word) => `'${word}'`).join(' ');
  const { NO_COLOR: _yours, ...yours } = process.env;
  const child = spawn('script', ['-qec', command, '/dev/null'], {
    env: { ...yours, XDG_CONFIG_HOME: join(user.home, 'config'), ...user.env, ...env },
  });
  return new Promise((resolve) => {
    let screen = '';
    child.stdout.once('data', () => child.stdin.write(typed));
    child.stdout.on('data', (chunk) => {
      screen += chunk;
    });
    child.once('close', () => resolve(screen));
  });
}
