import { fetchReferenced } from '../placing/fetch-referenced.ts';
import { runScriptFile } from './shell.ts';
import { type StepExecutor, StepFailure } from './step.ts';

/** Runs a script that is kept as an artifact; its arguments reach it as they are, through no shell. */
export const scriptStep: StepExecutor<'script'> = {
  run: async (step, context) => {
    const faulty = step.with.arguments.findIndex((argument) => argument.includes('\0'));
    if (faulty !== -1) throw new StepFailure('invalid_value', `arguments[${faulty}] must not contain a NUL character.`);
    for (const { file } of await fetchReferenced([step.with], context.fetchArtifact)) {
      await runScriptFile({ shell: step.with.shell, file, arguments: step.with.arguments }, context);
    }
  },
};
