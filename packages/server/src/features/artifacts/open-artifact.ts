import type { Readable } from 'node:stream';
import type { Deps } from '../../platform/deps.ts';
import { Refusal } from '../../platform/refusal.ts';
import type { ProjectCaller } from '../projects/in-project.access.ts';
import { findArtifact } from './artifact.store.ts';

/** An artifact's bytes with what a download's headers need. */
export type OpenedArtifact = { bytes: Readable; sha256: string; size: number; fileName: string };

/** Opens an artifact for reading. */
export async function openArtifact({ db, blobs }: Deps, caller: ProjectCaller, path: string): Promise<OpenedArtifact> {
  const artifact = await findArtifact(db, caller.project.id, path);
  const bytes = artifact && (await blobs.get(artifact.blob_key));
  if (!artifact || !bytes) throw new Refusal('not_found', `There is no artifact ${path}`);
  return { bytes, sha256: artifact.sha256, size: artifact.size, fileName: path.split('/').at(-1) ?? path };
}
