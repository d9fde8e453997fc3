import { orPutBack } from '../containers/after-failure.ts';
import { findCompose } from '../containers/compose-command.ts';
import { composeOrder } from '../containers/compose-order.ts';
import { putBackProject, replaceProject, settleProject } from '../containers/replace-project.ts';
import { fetchReferenced } from '../placing/fetch-referenced.ts';
import { type StepContext, type StepExecutor, StepFailure, type StepOf } from './step.ts';

/** Brings a compose project up from a file that is kept as an artifact. */
export const composeStep: StepExecutor<'compose'> = {
  isPossible: (environment) => findCompose(environment) !== null,
  run: async (step, context) => {
    const [artifact] = await fetchReferenced([step.with], context.fetchArtifact);
    if (!artifact) throw new StepFailure('unknown_artifact', 'The step names no compose file.');
    const order = composeOrder(step, artifact, context);
    const own = withoutValues(step, context);
    await orPutBack(() => replaceProject(order, step.with.wait_healthy_s, own), putBackProject, own);
  },
  undo: (step, context) => putBackProject(withoutValues(step, context)),
  settle: (step, context) => settleProject(withoutValues(step, context)),
};

/**
 * A compose file sees the values of `with.env` alone, and not those of this update: the previous file has to mean the
 * same when it is put back.
 */
function withoutValues(step: StepOf<'compose'>, context: StepContext): StepContext {
  const isOfUpdate = (name: string) =>
    /^(INPUT|DEVICE|DEPLOYMENT|CONFIG)_/.test(name) || (Object.hasOwn(step.env, name) && !isForCommand.test(name));
  const kept = Object.entries(context.environment).filter(([name]) => !isOfUpdate(name));
  return { ...context, environment: Object.fromEntries(kept) };
}

/** What says where programs and the engine are. */
const isForCommand = /^(PATH|HOME|DOCKER_.*|COMPOSE_.*)$/;
