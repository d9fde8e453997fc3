import type { FetchedArtifact, StepContext } from '../steps/step.ts';

/** Fetches the artifacts that a step names. */
export async function fetchReferenced(
  references: { artifact: string; registry: string | null }[],
  fetchArtifact: StepContext['fetchArtifact'],
): Promise<FetchedArtifact[]> {
  const fetched: FetchedArtifact[] = [];
  for (const { artifact, registry } of references) fetched.push(await fetchArtifact(artifact, registry));
  return fetched;
}
