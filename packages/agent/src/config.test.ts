import { describe, expect, it } from 'vitest';
import { ConfigFault, readConfig } from './config.ts';

const server = 'https://updates.example.com';

describe('the settings of the agent', () => {
  it('come from the command line, else from the environment', () => {
    const environment = { TIDEWAY_SERVER: `${server}/`, TIDEWAY_NAME: 'from-environment', TIDEWAY_PAIRING_TOKEN: 't' };
    expect(readConfig({ name: 'from-line', root: '/srv/root' }, environment)).toMatchObject({
      server,
      token: 't',
      name: 'from-line',
      root: '/srv/root',
      stateFolder: '/var/lib/tideway-agent',
      app: null,
    });
  });

  it('take a claim token where there is no pairing token', () => {
    expect(readConfig({ server, claimToken: 'c' }, {}).token).toBe('c');
  });

  it('leave the commands of steps their environment, without the settings themselves', () => {
    const environment = { PATH: '/bin', TIDEWAY_PAIRING_TOKEN: 't', TIDEWAY_STATE: '/s' };
    expect(readConfig({ server }, environment).environment).toEqual({ PATH: '/bin' });
  });

  it('say how the service manager hears of the agent, which commands of steps must not speak to', () => {
    const environment = { NOTIFY_SOCKET: '/run/notify', WATCHDOG_USEC: '120000000', WATCHDOG_PID: '7', LANG: 'C' };
    expect(readConfig({ server }, environment)).toMatchObject({
      serviceManager: { socket: '/run/notify', watchdogMs: 120_000 },
      environment: { LANG: 'C' },
    });
    expect(readConfig({ server }, environment).environment).toEqual({ LANG: 'C' });
    expect(readConfig({ server }, { NOTIFY_SOCKET: '@abstract' }).serviceManager).toEqual({
      socket: '@abstract',
      watchdogMs: null,
    });
    expect(readConfig({ server }, { WATCHDOG_USEC: '1' }).serviceManager).toBe(null);
  });

  it.each([
    [{}, 'The server is missing: give --server URL or set TIDEWAY_SERVER.'],
    [{ server: 'ftp://x' }, '--server must be an http or https address, not "ftp://x".'],
    [
      { server, pairingToken: 'p', claimToken: 'c' },
      '--pairing-token and --claim-token are two ways to join: give one of them.',
    ],
    [{ server, app: 'camera' }, '--app and --app-version belong together: give both.'],
    [{ server, name: 'a\u0000b' }, '--name must not contain control characters.'],
  ])('that cannot be used are named: %j', (options, message) => {
    expect(() => readConfig(options, {})).toThrow(new ConfigFault(message));
  });
});
