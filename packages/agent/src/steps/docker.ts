import { orPutBack } from '../containers/after-failure.ts';
import { containerOrder, isForClient } from '../containers/container-order.ts';
import { obtainImage } from '../containers/obtain-image.ts';
import { putBackContainer, replaceContainer, settleContainer } from '../containers/replace-container.ts';
import { findProgram } from '../system/find-program.ts';
import { type StepContext, type StepExecutor, StepFailure, type StepOf } from './step.ts';

/** Runs a container in the place of the one that has its name. */
export const dockerStep: StepExecutor<'docker'> = {
  isPossible: (environment) => findProgram('docker', environment) !== null,
  run: async (step, context) => {
    const wanted = containerOrder(step, context.environment, context.origin);
    if ('fault' in wanted) throw new StepFailure('invalid_value', `${wanted.fault}.`);
    const own = withClientVariables(step, context);
    const image = await obtainImage(step, own);
    const replacement = { order: wanted.order, image, healthyWithinS: step.with.wait_healthy_s };
    await orPutBack(() => replaceContainer(replacement, own), putBackContainer, own);
  },
  undo: (step, context) => putBackContainer(withClientVariables(step, context)),
  settle: (step, context) => settleContainer(step.with.delete_previous_image, withClientVariables(step, context)),
};

/** A PATH or DOCKER_HOST that the step's `env` has for its container does not mislead the `docker` command. */
function withClientVariables(step: StepOf<'docker'>, context: StepContext): StepContext {
  const environment = { ...context.environment };
  for (const name of Object.keys(step.env).filter(isForClient)) {
    const own = process.env[name];
    if (own === undefined) delete environment[name];
    else environment[name] = own;
  }
  return { ...context, environment };
}
