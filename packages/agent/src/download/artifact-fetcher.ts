import path from 'node:path';
import type { PlanArtifact } from '@tideway/protocol';
import { type StepContext, StepFailure } from '../steps/step.ts';
import { makePrivateFolder } from '../system/durable-file.ts';
import { lookAt } from '../system/files.ts';
import type { ArtifactCache } from './artifact-cache.ts';
import { type DownloadSource, download } from './resumable-download.ts';

/**
 * Gives verified local copies of a plan's artifacts; what `folder` already holds is not fetched again, nor what the
 * cache has kept of earlier updates.
 */
export function createArtifactFetcher({
  folder,
  artifacts,
  cache,
  ...source
}: {
  folder: string;
  artifacts: PlanArtifact[];
  cache?: ArtifactCache;
} & DownloadSource): StepContext['fetchArtifact'] {
  cache?.use(artifacts);
  return async (name, registry = null) => {
    const artifact = artifacts.find((one) => one.path === name && (one.registry ?? null) === registry);
    if (!artifact) throw new StepFailure('unknown_artifact', `The plan has no artifact ${name}.`);
    makePrivateFolder(folder);
    const file = path.join(folder, artifact.sha256);
    if (!lookAt(file) && !(await cache?.take(artifact, file, source))) {
      await download(artifact, file, source, cache?.partOf(artifact));
      cache?.keep(artifact, file);
    }
    return { ...artifact, file };
  };
}
