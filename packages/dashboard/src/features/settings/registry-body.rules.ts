import type { NewRegistry, RegistryChanges } from '@tideway/protocol';

type Typed = { name: string; url: string; username: string; password: string };

/** A new registry; empty fields are left out. */
export function newRegistryOf({ name, url, username, password }: Typed): NewRegistry {
  return { name, url, ...(username !== '' && { username }), ...(password !== '' && { password }) };
}

/** What is to change: no username takes it away with its password, and a password that is not typed stays. */
export function registryChangesOf({ url, username, password }: Typed): RegistryChanges {
  return { url, username: username === '' ? null : username, ...(password !== '' && { password }) };
}
