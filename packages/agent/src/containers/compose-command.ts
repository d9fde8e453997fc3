import path from 'node:path';
import { StepFailure } from '../steps/step.ts';
import { findProgram, isExecutable } from '../system/find-program.ts';

/** How compose is called on this device: as a part of `docker`, or as a program of its own; null where neither is. */
export function findCompose(environment: Record<string, string>): { program: string; words: string[] } | null {
  if (findProgram('docker', environment) === null) return null;
  if (pluginFolders(environment).some((folder) => isExecutable(path.join(folder, 'docker-compose')))) {
    return { program: 'docker', words: ['compose'] };
  }
  return findProgram('docker-compose', environment) === null ? null : { program: 'docker-compose', words: [] };
}

/** The same where a step has begun that needs it. */
export function demandCompose(environment: Record<string, string>): { program: string; words: string[] } {
  const compose = findCompose(environment);
  if (compose) return compose;
  throw new StepFailure('not_started', 'Neither the compose plugin of docker nor docker-compose is installed.');
}

/** Where `docker` looks for its plugins. */
function pluginFolders({ DOCKER_CONFIG, HOME }: Record<string, string>): string[] {
  const own = DOCKER_CONFIG ?? (HOME && path.join(HOME, '.docker'));
  const common = ['/usr/local/lib/docker', '/usr/local/libexec/docker', '/usr/lib/docker', '/usr/libexec/docker'];
  return [...(own ? [own] : []), ...common].map((folder) => path.join(folder, 'cli-plugins'));
}
