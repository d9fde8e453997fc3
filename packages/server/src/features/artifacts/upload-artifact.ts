import { randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import { type Artifact, artifactPathSchema } from '@tideway/protocol';
import { BlobTooLarge, type StoredBlob } from '../../platform/blob-store/blob-store.ts';
import { inTransaction } from '../../platform/database/transaction.ts';
import type { Deps } from '../../platform/deps.ts';
import { checkAgainst } from '../../platform/http/validation.rules.ts';
import { Refusal } from '../../platform/refusal.ts';
import { recordAuditEvent } from '../audit/record-audit-event.ts';
import type { ProjectCaller } from '../projects/in-project.access.ts';
import { findArtifact, insertArtifact } from './artifact.store.ts';
import { showArtifact } from './artifact.views.ts';

/**
 * Keeps what `bytes` gives under a path that was free. The same bytes at the same path are answered like the first
 * time, so that a pipeline can upload again after a break; other bytes are refused.
 */
export async function uploadArtifact(
  deps: Deps,
  caller: ProjectCaller,
  path: string,
  bytes: Readable,
): Promise<Artifact> {
  refuseBadPath(path);
  const blobKey = `artifacts/${caller.project.id}/${randomUUID()}`;
  const blob = await keepBytes(deps, blobKey, bytes);
  const artifact = await addArtifact(deps, caller, { path, blobKey, ...blob }).catch(async (error: unknown) => {
    await deps.blobs.remove(blobKey);
    throw error;
  });
  if (artifact !== null) return artifact;
  await deps.blobs.remove(blobKey);
  return sameArtifact(deps, caller, path, blob);
}

function refuseBadPath(path: string): void {
  const checked = checkAgainst(artifactPathSchema, path);
  if ('value' in checked) return;
  const expected = checked.faults[0]?.message.replace('The request', 'path') ?? 'path is not valid';
  throw new Refusal('invalid_request', expected, { field: 'path' });
}

async function keepBytes({ blobs, settings }: Deps, blobKey: string, bytes: Readable): Promise<StoredBlob> {
  try {
    return await blobs.put(blobKey, bytes, settings.maxArtifactBytes);
  } catch (error) {
    if (!(error instanceof BlobTooLarge)) throw error;
    throw new Refusal('too_large', `An artifact must have at most ${settings.maxArtifactBytes} bytes`);
  }
}

async function addArtifact(
  { db }: Deps,
  caller: ProjectCaller,
  artifact: { path: string; blobKey: string } & StoredBlob,
): Promise<Artifact | null> {
  return inTransaction(db, async (tx) => {
    const row = await insertArtifact(tx, caller.project.id, artifact);
    if (row === null) return null;
    await recordAuditEvent(tx, caller, {
      action: 'artifact.created',
      target: artifact.path,
      projectId: caller.project.id,
      after: { sha256: artifact.sha256, size: artifact.size },
    });
    return showArtifact(row);
  });
}

async function sameArtifact({ db }: Deps, caller: ProjectCaller, path: string, blob: StoredBlob): Promise<Artifact> {
  const existing = await findArtifact(db, caller.project.id, path);
  if (existing?.sha256 === blob.sha256) return showArtifact(existing);
  throw new Refusal(
    'already_exists',
    `There is an artifact ${path} with other content; artifacts are never overwritten`,
  );
}
