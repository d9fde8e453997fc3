import { describe, expect, it } from 'vitest';
import { readConfig } from './config.ts';
import { defaultLimits } from './platform/limits/limits.ts';

describe('the settings', () => {
  it('have the limits of docs/settings.md where nothing else is said', () => {
    expect(readConfig({})).toMatchObject({
      limits: {
        tokenCalls: { perS: 100, burst: 200 },
        deviceMessages: { perS: 50, burst: 300 },
        failedAuthentications: { perS: 10, burst: 100 },
        requestsAtOnce: 2000,
        downloadsAtOnce: 200,
      },
      keepFinishedS: 365 * 86_400,
      metricsToken: null,
      trustedProxies: [],
    });
  });

  it('take limits, proxies and the token of the metrics from the environment', () => {
    const env = {
      TIDEWAY_TOKEN_CALLS_PER_S: '0',
      TIDEWAY_DEVICE_MESSAGES_BURST: '7',
      TIDEWAY_MAX_REQUESTS: '9',
      TIDEWAY_TRUSTED_PROXIES: '10.0.0.0/8, ::1',
      TIDEWAY_METRICS_TOKEN: 'scrape-me',
    };

    expect(readConfig(env)).toMatchObject({
      limits: {
        ...defaultLimits,
        tokenCalls: { perS: 0, burst: 200 },
        deviceMessages: { perS: 50, burst: 7 },
        requestsAtOnce: 9,
      },
      metricsToken: 'scrape-me',
      trustedProxies: ['10.0.0.0/8', '::1'],
    });
  });

  it.each([
    ['https://updates.example.com/', 'https://updates.example.com'],
    ['http://10.0.0.1:8080/tideway//', 'http://10.0.0.1:8080/tideway'],
    ['', null],
  ])('take %j for the address of the server', (text, publicUrl) => {
    expect(readConfig({ TIDEWAY_PUBLIC_URL: text })).toMatchObject({ publicUrl });
  });

  it.each([
    'updates.example.com',
    'ftp://updates.example.com',
    'https://me:secret@updates.example.com',
    'https://updates.example.com/?a=b',
    "https://updates.example.com/it's",
  ])('refuse %j for the address of the server', (text) => {
    expect(readConfig({ TIDEWAY_PUBLIC_URL: text })).toEqual({
      fault: `TIDEWAY_PUBLIC_URL must be an address as https://updates.example.com, not "${text}"`,
    });
  });

  it.each([
    ['180d', 180 * 86_400],
    ['24h', 86_400],
    ['3650d', 3650 * 86_400],
    ['forever', null],
    ['', 365 * 86_400],
  ])('keep finished deployments for %j', (text, keepFinishedS) => {
    expect(readConfig({ TIDEWAY_KEEP_FINISHED: text })).toMatchObject({ keepFinishedS });
  });

  it.each([
    [{}, 3600],
    [{ TIDEWAY_AGENT_UPDATE_SPREAD: '0s' }, 0],
    [{ TIDEWAY_AGENT_UPDATES: 'off' }, null],
  ])('tell agents of a newer program: %j', (env, agentUpdateSpreadS) => {
    expect(readConfig(env)).toMatchObject({ agentUpdateSpreadS });
  });

  it.each([
    [{ TIDEWAY_AGENT_UPDATES: 'no' }, 'TIDEWAY_AGENT_UPDATES must be on or off, not "no"'],
    [
      { TIDEWAY_AGENT_UPDATE_SPREAD: '15d' },
      'TIDEWAY_AGENT_UPDATE_SPREAD must be a duration from 0s to 14d, such as 6h, not "15d"',
    ],
  ])('refuse to tell them as %j says', (env, fault) => {
    expect(readConfig(env)).toEqual({ fault });
  });

  it.each(['180', '0d', '23h', '3651d', '-1d', '1.5d', '180 days', 'Forever', 'never'])(
    'refuse to keep finished deployments for %j',
    (text) => {
      expect(readConfig({ TIDEWAY_KEEP_FINISHED: text })).toEqual({
        fault: `TIDEWAY_KEEP_FINISHED must be a duration from 1d to 3650d, such as 180d, or forever, not "${text}"`,
      });
    },
  );

  it.each([
    ['TIDEWAY_TOKEN_CALLS_BURST', '0', 'must be a number from 1 to 1000000, not "0"'],
    ['TIDEWAY_FAILED_AUTHENTICATIONS_PER_S', 'many', 'must be a number from 0 to 1000000, not "many"'],
    ['TIDEWAY_MAX_DOWNLOADS', '-1', 'must be a number from 1 to 1000000, not "-1"'],
    ['TIDEWAY_TRUSTED_PROXIES', '10.0.0.0/33', 'must be addresses or ranges as 10.0.0.0/8, not "10.0.0.0/33"'],
    [
      'TIDEWAY_TRUSTED_PROXIES',
      'proxy.example.org',
      'must be addresses or ranges as 10.0.0.0/8, not "proxy.example.org"',
    ],
  ])('refuse %s=%s', (name, value, expected) => {
    expect(readConfig({ [name]: value })).toEqual({ fault: `${name} ${expected}` });
  });
});
