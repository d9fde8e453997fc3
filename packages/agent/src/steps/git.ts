import { refFault, repositoryFault } from '../git/git-address.rules.ts';
import { gitOf } from '../git/git-program.ts';
import { putRepository } from '../git/put-repository.ts';
import { putRepositoryBack } from '../git/put-repository-back.ts';
import { findProgram } from '../system/find-program.ts';
import { type StepContext, type StepExecutor, StepFailure, type StepOf } from './step.ts';

/** Puts a repository at a path, at the commit that a branch, a tag or a number names. */
export const gitStep: StepExecutor<'git'> = {
  isPossible: (environment) => findProgram('git', environment) !== null,
  run: async (step, context) => {
    const { repository, ref } = step.with;
    const fault = repositoryFault(repository) ?? refFault(ref);
    if (fault !== null) throw new StepFailure('invalid_value', fault);
    await putRepository(await gitFor(step, context), step.with, context);
  },
  undo: async (step, context) => {
    // The server need not be there, nor have anything to give for an update that it has closed.
    const gits = { local: gitOf(context, step.with.repository, null), fetching: () => gitFor(step, context) };
    await putRepositoryBack(gits, step.with.submodules, context);
  },
};

async function gitFor({ with: { repository, registry } }: StepOf<'git'>, context: StepContext) {
  return gitOf(context, repository, registry === null ? null : await context.registry(registry));
}
