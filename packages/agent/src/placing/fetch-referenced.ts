import { type FetchedArtifact, type StepContext, StepFailure } from '../steps/step.ts';

/** Fetches the artifacts that a step names. */
export async function fetchReferenced(
  references: { artifact: string; registry: string | null }[],
  fetchArtifact: StepContext['fetchArtifact'],
): Promise<FetchedArtifact[]> {
  const registry = references.find((reference) => reference.registry !== null)?.registry;
  if (registry)
    throw new StepFailure('unsupported', `Registries cannot be used yet, so nothing comes from ${registry}.`);
  const fetched: FetchedArtifact[] = [];
  for (const { artifact } of references) fetched.push(await fetchArtifact(artifact));
  return fetched;
}
