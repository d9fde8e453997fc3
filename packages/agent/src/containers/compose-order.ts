import { readFileSync } from 'node:fs';
import path from 'node:path';
import { projectNameFault } from '@tideway/protocol';
import { type FetchedArtifact, type StepContext, StepFailure, type StepOf } from '../steps/step.ts';
import { inWords } from '../system/disk.ts';
import { resolveBelowRoot } from '../system/paths.ts';
import { ownName } from './container-order.ts';
import { envFileText } from './env-file.rules.ts';

/** A project as a step wants it: where its files are, and what they hold. */
export type ComposeOrder = {
  project: string;
  file: string;
  text: string;
  /** Beside the file; what is there stays where the step gives no values. */
  env: { file: string; text: string } | null;
  /** The same values for the command itself, where nothing has to be quoted. */
  variables: Record<string, string>;
};

export function composeOrder(
  step: StepOf<'compose'>,
  artifact: FetchedArtifact,
  { root, origin }: Pick<StepContext, 'root' | 'origin'>,
): ComposeOrder {
  const { env_file } = step.with;
  const project = step.with.project ?? ownName(step.name, origin);
  const fault = projectNameFault(project);
  if (fault !== null) throw new StepFailure('invalid_value', `project ${fault}.`);
  const env = envFileText(env_file);
  if ('fault' in env) throw new StepFailure('invalid_value', `${env.fault}.`);
  if (artifact.size > mostBytes) {
    const sizes = `It has ${inWords(artifact.size)}, and such a file has at most ${inWords(mostBytes)}`;
    throw new StepFailure('invalid_artifact', `${artifact.path} is no compose file: ${sizes}.`);
  }
  const named = step.with.path ?? `/var/lib/tideway-compose/${project}`;
  const file = resolveBelowRoot(root, /\.ya?ml$/.test(named) ? named : `${named}/compose.yaml`);
  const isEnvGiven = Object.keys(env_file).length > 0;
  return {
    project,
    file,
    text: readFileSync(artifact.file, 'utf8'),
    env: isEnvGiven ? { file: path.join(path.dirname(file), '.env'), text: env.text } : null,
    variables: env_file,
  };
}

const mostBytes = 1e6;
