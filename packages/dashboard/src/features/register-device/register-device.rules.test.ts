import type { AuditEventView } from '@tideway/protocol';
import { describe, expect, it } from 'vitest';
import {
  arrivalOf,
  arrivedWith,
  installLine,
  isOnThisMachineOnly,
  isUsedUp,
  tryLine,
} from './register-device.rules.ts';

describe('the line to paste', () => {
  it('is the one of the documentation', () => {
    expect(installLine('https://updates.example.com', 'twp_abc')).toBe(
      'curl -fsSL https://updates.example.com/install.sh | sudo sh -s -- -p=twp_abc',
    );
  });

  it('takes an address for text', () => {
    expect(installLine('https://a/$(touch b)', 'twp_abc')).toContain(`curl -fsSL 'https://a/$(touch b)/install.sh' |`);
    expect(tryLine("http://a/'", 'twp_abc', 'try-1')).toContain(String.raw`--server 'http://a/'\''' `);
  });
});

it.each([
  ['http://localhost:8080', true],
  ['http://127.0.0.1:8080', true],
  ['http://[::1]:8080', true],
  ['https://updates.example.com', false],
  ['http://localhost.example.com', false],
])('%s is an address of this machine only: %s', (server, isLocal) => {
  expect(isOnThisMachineOnly(server)).toBe(isLocal);
});

describe('a pairing token', () => {
  it.each([
    [null, 7, false],
    [2, 1, false],
    [2, 2, true],
    [1, 2, true],
  ])('for %s devices with which %d have joined is used up: %s', (usesLeft, arrived, usedUp) => {
    expect(isUsedUp(usesLeft, arrived)).toBe(usedUp);
  });
});

describe('arrivals', () => {
  it('are the devices that came with the token, each once, in their order', () => {
    const events = [
      joined('d-3', 'pt-1'),
      joined('d-2', 'pt-2'),
      joined('d-1', 'pt-1'),
      { ...joined('d-0', ''), after: null },
    ];
    expect(arrivedWith('pt-1', events)).toEqual(['d-1', 'd-3']);
  });

  it('await approval before all else', () => {
    expect(arrivalOf({ needs_approval: true, state: 'online' })).toBe('needs_approval');
    expect(arrivalOf({ needs_approval: false, state: 'online' })).toBe('online');
  });
});

function joined(target: string, pairing_token: string): AuditEventView {
  const who = { actor: `device ${target}`, access_token_id: null, address: null, project_key: 'fleet' };
  const what = { action: 'device.joined', target, target_name: null, before: null, after: { pairing_token } };
  return { id: target, at: '', ...who, ...what };
}
