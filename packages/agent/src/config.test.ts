import { describe, expect, it } from 'vitest';
import { ConfigFault, type Options, readConfig } from './config.ts';

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

  it('limit downloads, and leave room for others', () => {
    const downloads = (options: Options) => readConfig({ server, ...options }, {}).downloads;
    expect(downloads({})).toEqual({ maxRate: null, cacheBytes: 256e6, keepFree: null });
    expect(downloads({ maxDownloadRate: '500kB', cacheSize: '1.5 GB', keepFree: '200mb' })).toEqual({
      maxRate: 500e3,
      cacheBytes: 1.5e9,
      keepFree: { bytes: 200e6 },
    });
    expect(downloads({ maxDownloadRate: '2000', cacheSize: '0', keepFree: '7.5 %' })).toEqual({
      maxRate: 2000,
      cacheBytes: 0,
      keepFree: { share: 0.075 },
    });
  });

  it('name proxies as other programs are told of them, small letters first', () => {
    const read = (environment: Record<string, string>) => readConfig({ server }, environment).proxies;
    expect(read({})).toEqual({ http: null, https: null, direct: [] });
    const both = { HTTP_PROXY: 'http://old', http_proxy: 'proxy:3128', HTTPS_PROXY: 'https://u:p@secure' };
    expect(read({ ...both, NO_PROXY: 'a.example, 10.0.0.0/8  b,' })).toEqual({
      http: new URL('http://proxy:3128'),
      https: new URL('https://u:p@secure'),
      direct: ['a.example', '10.0.0.0/8', 'b'],
    });
    expect(() => read({ HTTPS_PROXY: 'socks5://u:secret@proxy' })).toThrow(
      new ConfigFault('HTTPS_PROXY must be the http or https address of a proxy, as http://proxy:3128.'),
    );
  });

  it.each([
    [{}, 'The server is missing: give --server URL or set TIDEWAY_SERVER.'],
    [{ server: 'ftp://x' }, '--server must be an http or https address, not "ftp://x".'],
    [
      { server, pairingToken: 'p', claimToken: 'c' },
      '--pairing-token and --claim-token are two ways to join: give one of them.',
    ],
    [{ server, selfUpdate: 'yes' }, 'TIDEWAY_SELF_UPDATE must be on or off, not "yes".'],
    [{ server, app: 'camera' }, '--app and --app-version belong together: give both.'],
    [{ server, name: 'a\u0000b' }, '--name must not contain control characters.'],
    [
      { server, maxDownloadRate: 'fast' },
      '--max-download-rate must be a number of bytes, as 500kB or 2MB, not "fast".',
    ],
    [{ server, maxDownloadRate: '0' }, '--max-download-rate must be at least 1kB, a second, not "0".'],
    [{ server, cacheSize: '-1MB' }, '--cache-size must be a number of bytes, as 500kB or 2MB, not "-1MB".'],
    [{ server, cacheSize: '1e9' }, '--cache-size must be a number of bytes, as 500kB or 2MB, not "1e9".'],
    [
      { server, keepFree: '5 TB' },
      '--keep-free must be a number of bytes, as 500kB or 2MB, or a share of the disk, as 5%, not "5 TB".',
    ],
    [{ server, keepFree: '100%' }, '--keep-free must leave something of the disk, not "100%".'],
  ])('that cannot be used are named: %j', (options, message) => {
    expect(() => readConfig(options, {})).toThrow(new ConfigFault(message));
  });
});
