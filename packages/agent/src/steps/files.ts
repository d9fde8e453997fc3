import { fetchReferenced } from '../placing/fetch-referenced.ts';
import { placeArtifacts } from '../placing/place-artifacts.ts';
import { beginKeeping } from '../placing/previous-files.ts';
import { putBack } from '../placing/put-back.ts';
import { type StepExecutor, StepFailure } from './step.ts';

/** Puts artifacts, or what they hold, at a path. */
export const filesStep: StepExecutor<'files'> = {
  run: async (step, context) => {
    await beginKeeping(context.keepFolder);
    const { path, owner, extract } = step.with;
    const mode = readMode(step.with.mode);
    const artifacts = await fetchReferenced(step.with.artifacts, context.fetchArtifact);
    await placeArtifacts({ artifacts, path, mode, owner, extract }, context);
  },
  undo: (_step, context) => putBack(context),
};

function readMode(mode: string | null): number | null {
  if (mode === null) return null;
  if (/^[0-7]{3,5}$/.test(mode) && Number.parseInt(mode, 8) <= 0o7777) return Number.parseInt(mode, 8);
  throw new StepFailure('invalid_value', `mode must be an octal number like 0644, not ${JSON.stringify(mode)}.`);
}
