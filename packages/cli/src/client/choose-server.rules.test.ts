import { describe, expect, it } from 'vitest';
import { chooseServer, readServerUrl } from './choose-server.rules.ts';

const kept = { url: 'https://one.example.org', token: 'twu_one', project: 'greenhouses' };

describe('the server that a command calls', () => {
  it('is the one that was logged in to', () => {
    expect(chooseServer(kept, {})).toEqual(kept);
    expect(chooseServer(kept, { TIDEWAY_URL: '', TIDEWAY_TOKEN: '' })).toEqual(kept);
  });

  it('is the one of the environment, with its token', () => {
    const env = { TIDEWAY_URL: 'https://two.example.org/', TIDEWAY_TOKEN: 'twu_two' };
    const chosen = { url: 'https://two.example.org', token: 'twu_two', project: null };
    expect(chooseServer(kept, env)).toEqual(chosen);
    expect(chooseServer(null, env)).toEqual(chosen);
  });

  it('gets another token where only that is given, and keeps its project', () => {
    expect(chooseServer(kept, { TIDEWAY_TOKEN: 'twu_two' })).toEqual({ ...kept, token: 'twu_two' });
  });

  it('never gets the token of another server', () => {
    expect(chooseServer(kept, { TIDEWAY_URL: 'https://two.example.org' })).toEqual({
      fault: expect.stringContaining('There is no token for https://two.example.org'),
    });
  });

  it('is not there before a login', () => {
    expect(chooseServer(null, {})).toEqual({ fault: expect.stringContaining('tideway login URL') });
  });
});

describe('an address of a server', () => {
  it.each([
    ['http://localhost:8080', 'http://localhost:8080'],
    ['https://Example.org//', 'https://example.org'],
    ['https://example.org/tideway/', 'https://example.org/tideway'],
  ])('is read: %s', (text, url) => expect(readServerUrl(text)).toEqual({ url }));

  it.each([
    'localhost:8080',
    'ftp://example.org',
    'https://',
    'https://me:secret@example.org',
    'https://example.org?x=1',
  ])('is refused: %s', (text) =>
    expect(readServerUrl(text)).toEqual({ fault: expect.stringMatching(/^must be an address/) }),
  );
});
