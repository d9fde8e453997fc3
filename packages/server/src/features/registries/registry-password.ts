import type { RegistryCredentials } from '@tideway/protocol';
import type { Deps } from '../../platform/deps.ts';
import { openSecrets, sealSecrets } from '../../platform/secret-box.ts';
import type { RegistryRow } from './registry.views.ts';

/** The password as it is kept. */
export function sealPassword(
  { installation, randomBytes }: Pick<Deps, 'installation' | 'randomBytes'>,
  password: string,
): Buffer {
  return sealSecrets(installation.secretsKey, { password }, randomBytes);
}

/** What who fetches from a registry has to know. */
export function openCredentials(
  { installation }: Pick<Deps, 'installation'>,
  { url, username, password }: Pick<RegistryRow, 'url' | 'username' | 'password'>,
): RegistryCredentials {
  const opened = password && openSecrets(installation.secretsKey, password).password;
  return { url, username, password: opened ?? null };
}
