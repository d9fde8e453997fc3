import { z } from 'zod';

/** What a device gets of a registry, for one update; nulls where anybody may fetch. */
export const registryCredentialsSchema = z.object({
  url: z.string(),
  username: z.string().nullable(),
  password: z.string().nullable(),
});
export type RegistryCredentials = z.infer<typeof registryCredentialsSchema>;

/** The address of an artifact in a registry: its path below that of the registry. Throws where the registry has none. */
export function registryArtifactAddress(registry: { url: string }, path: string): string {
  const base = addressOfRegistry(registry.url);
  if (base === null) throw new TypeError('A registry has no address');
  const segments = path.split('/').map(encodeURIComponent);
  return `${base.href.replace(/\/+$/, '')}/${segments.join('/')}`;
}

/** The header by which a registry knows who fetches; undefined where anybody may. */
export function registryAuthorization({ username, password }: RegistryCredentials): string | undefined {
  if (username === null) return undefined;
  // RFC 7617, in UTF-8.
  const bytes = new TextEncoder().encode(`${username}:${password ?? ''}`);
  return `Basic ${btoa(String.fromCharCode(...bytes))}`;
}

/** The address behind what stands in a registry's url; null where there is none. */
export function addressOfRegistry(url: string): URL | null {
  const text = /^[a-z][a-z0-9+.-]*:\/\//i.test(url) ? url : `https://${url}`;
  if (!URL.canParse(text)) return null;
  const address = new URL(text);
  const isPlain = address.username === '' && address.password === '' && address.hostname !== '';
  return isPlain && /^https?:$/.test(address.protocol) ? address : null;
}
