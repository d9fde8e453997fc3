import { fetchReferenced } from '../placing/fetch-referenced.ts';
import { placeArtifacts } from '../placing/place-artifacts.ts';
import { beginKeeping } from '../placing/previous-files.ts';
import { putBack } from '../placing/put-back.ts';
import type { StepExecutor } from './step.ts';

/** The simple case of `files`: one artifact to a path. */
export const downloadArtifactStep: StepExecutor<'download-artifact'> = {
  run: async (step, context) => {
    await beginKeeping(context.keepFolder);
    const artifacts = await fetchReferenced([step.with], context.fetchArtifact);
    await placeArtifacts({ artifacts, path: step.with.path, mode: null, owner: null, extract: false }, context);
  },
  undo: (_step, context) => putBack(context),
};
