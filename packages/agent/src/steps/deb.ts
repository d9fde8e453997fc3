import { packageFault } from '../deb/deb-text.rules.ts';
import { installPackages } from '../deb/install-packages.ts';
import { putPackagesBack } from '../deb/put-packages-back.ts';
import { fetchReferenced } from '../placing/fetch-referenced.ts';
import { findProgram } from '../system/find-program.ts';
import { type StepExecutor, StepFailure } from './step.ts';

/** Installs Debian packages, by name and version from the device's sources, or from artifacts. */
export const debStep: StepExecutor<'deb'> = {
  isPossible: (environment) => findProgram('dpkg', environment) !== null,
  run: async (step, context) => {
    const { packages } = step.with;
    const fault = packages.map(packageFault).find((one) => one !== null);
    if (fault) throw new StepFailure('invalid_value', fault);
    const artifacts = await fetchReferenced(step.with.artifacts, context.fetchArtifact);
    await installPackages({ packages, artifacts }, context);
  },
  undo: (_step, context) => putPackagesBack(context),
};
