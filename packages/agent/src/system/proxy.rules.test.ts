import { describe, expect, it } from 'vitest';
import { proxyAuthorization, proxyOf } from './proxy.rules.ts';

const http = new URL('http://proxy:3128');
const https = new URL('http://secure-proxy:3128');

function proxyFor(url: string, ...direct: string[]) {
  return proxyOf(new URL(url), { http, https, direct });
}

describe('the proxy for an address', () => {
  it('is that of its protocol, for channels too', () => {
    expect(proxyFor('http://updates.example.com')).toBe(http);
    expect(proxyFor('ws://updates.example.com/channel')).toBe(http);
    expect(proxyFor('https://updates.example.com')).toBe(https);
    expect(proxyFor('wss://updates.example.com/channel')).toBe(https);
    expect(proxyOf(new URL('https://updates.example.com'), { http, https: null, direct: [] })).toBeNull();
  });

  it.each(['http://localhost:8080', 'https://127.0.0.1', 'http://127.1.2.3', 'http://[::1]:80', 'http://a.localhost'])(
    'is none for what is on the device itself: %s',
    (url) => expect(proxyFor(url)).toBeNull(),
  );

  it.each([
    ['https://updates.example.com', 'updates.example.com'],
    ['https://updates.example.com', 'example.com'],
    ['https://updates.example.com', '.example.com'],
    ['https://updates.example.com', '*.example.com'],
    ['https://updates.example.com.', 'UPDATES.example.com'],
    ['https://updates.example.com', 'updates.example.com:443'],
    ['http://updates.example.com:8080', 'example.com:8080'],
    ['https://anything', '*'],
    ['http://10.1.2.3', '10.0.0.0/8'],
    ['http://192.168.7.9', '192.168.7.9'],
    ['http://[fd00::1]:8080', 'fd00::1'],
    ['http://[fd00::1]:8080', '[fd00::1]:8080'],
  ])('is none for %s where NO_PROXY names %s', (url, entry) => expect(proxyFor(url, 'other', entry)).toBeNull());

  it.each([
    ['https://updates.example.com', 'dates.example.com'],
    ['https://example.com', 'updates.example.com'],
    ['https://updates.example.com', 'example.com:8443'],
    ['http://11.1.2.3', '10.0.0.0/8'],
    ['http://10.1.2.3', '10.0.0.0/99'],
    ['http://host', '10.0.0.0/8'],
  ])('is there for %s where NO_PROXY names only %s', (url, entry) => expect(proxyFor(url, entry)).not.toBeNull());
});

it('a proxy is shown user and password of its own address, decoded', () => {
  expect(proxyAuthorization(new URL('http://proxy:3128'))).toBeNull();
  expect(proxyAuthorization(new URL('http://user:p%40ss%C3%A9@proxy'))).toBe(
    `Basic ${Buffer.from('user:p@ssé').toString('base64')}`,
  );
});
