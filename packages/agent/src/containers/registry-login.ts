import { chmodSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { RegistryCredentials, StepContext } from '../steps/step.ts';
import { makePrivateFolder } from '../system/durable-file.ts';
import { registryPlace } from './image-reference.rules.ts';

/**
 * Variables with which one `docker` command can fetch from a registry. The credentials stand in them alone: the files
 * that are written only name a helper, which `docker` asks and which says what stands in its environment.
 */
export function registryLogin(
  { url, username, password }: RegistryCredentials,
  { keepFolder, environment }: Pick<StepContext, 'keepFolder' | 'environment'>,
): Record<string, string> {
  if (username === null || password === null) return {};
  const { server } = registryPlace(url);
  const folder = path.join(keepFolder, 'registry-login');
  makePrivateFolder(folder);
  const program = path.join(folder, 'docker-credential-tideway');
  writeFileSync(program, helper, { mode: 0o700 });
  chmodSync(program, 0o700);
  writeFileSync(path.join(folder, 'config.json'), JSON.stringify({ credHelpers: { [server]: 'tideway' } }));
  return {
    DOCKER_CONFIG: folder,
    PATH: [folder, environment.PATH].filter((part) => part !== undefined).join(path.delimiter),
    TIDEWAY_REGISTRY_LOGIN: JSON.stringify({ ServerURL: server, Username: username, Secret: password }),
  };
}

const helper = `#!/bin/sh
# docker asks with "get", and is answered from the environment: no password is on the disk.
[ "$1" = get ] && printf '%s\\n' "$TIDEWAY_REGISTRY_LOGIN"
`;
