import { orPutBack } from '../containers/after-failure.ts';
import { containerOrder } from '../containers/container-order.ts';
import { obtainImage } from '../containers/obtain-image.ts';
import { putBackContainer, replaceContainer, settleContainer } from '../containers/replace-container.ts';
import { findProgram } from '../system/find-program.ts';
import { type StepExecutor, StepFailure } from './step.ts';

/** Runs a container in the place of the one that has its name. */
export const dockerStep: StepExecutor<'docker'> = {
  isPossible: (environment) => findProgram('docker', environment) !== null,
  run: async (step, context) => {
    const wanted = containerOrder(step, context.environment, context.origin);
    if ('fault' in wanted) throw new StepFailure('invalid_value', `${wanted.fault}.`);
    const image = await obtainImage(step, context);
    const replacement = { order: wanted.order, image, healthyWithinS: step.with.wait_healthy_s };
    await orPutBack(() => replaceContainer(replacement, context), putBackContainer, context);
  },
  undo: (_step, context) => putBackContainer(context),
  settle: (step, context) => settleContainer(step.with.delete_previous_image, context),
};
