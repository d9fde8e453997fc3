import { describe, expect, it } from 'vitest';
import { newRegistryOf, registryChangesOf } from './registry-body.rules.ts';

const typed = { name: 'edge', url: 'registry.example.org', username: 'devices', password: '' };

describe('what a form of a registry sends', () => {
  it('has no password where none was typed: the one that is there stays', () => {
    expect(registryChangesOf(typed)).toEqual({ url: typed.url, username: 'devices' });
    expect(newRegistryOf({ ...typed, username: '' })).toEqual({ name: 'edge', url: typed.url });
  });

  it('takes the username away where the field was emptied', () => {
    expect(registryChangesOf({ ...typed, username: '' })).toEqual({ url: typed.url, username: null });
  });

  it('has the password that was typed', () => {
    expect(newRegistryOf({ ...typed, password: 'x' })).toEqual({ ...typed, password: 'x' });
  });
});
