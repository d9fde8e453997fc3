import type { Readable } from 'node:stream';
import { sql } from 'kysely';
import { firstRow } from '../../platform/database/database.ts';
import type { Deps } from '../../platform/deps.ts';
import { type ByteRange, readByteRange } from '../../platform/http/byte-range.rules.ts';
import { Refusal } from '../../platform/refusal.ts';
import type { ProvenDevice } from '../devices/note-contact.ts';

/** The headers with which a device asks for a part of an artifact. */
export type PartAsked = { range: string | undefined; ifRange: string | undefined };

/** An artifact for a device; `part` is null where it is the whole. */
export type UpdateArtifact = { bytes: Readable; etag: string; size: number; part: ByteRange | null };

/** Opens an artifact, or a part of it, for a device that needs it for an open update; refuses all others. */
export async function openUpdateArtifact(
  { db, blobs }: Pick<Deps, 'db' | 'blobs'>,
  device: ProvenDevice,
  sha256: string,
  { range, ifRange }: PartAsked,
): Promise<UpdateArtifact> {
  const artifact = await firstRow<{ blob_key: string; size: number }>(
    db,
    sql`select a.blob_key, a.size
        from device v join device_update u on u.device_id = v.id and u.status in ('pending', 'in_progress')
        join deployment_artifact n on n.deployment_id = u.deployment_id and n.sha256 = ${sha256}
        join artifact a on a.id = n.artifact_id
        where v.id = ${device.id} and v.session_number = ${device.session} and v.deleted_at is null limit 1`,
  );
  const etag = `"${sha256}"`;
  const isUnchanged = ifRange === undefined || ifRange === etag;
  const part = artifact && isUnchanged ? readByteRange(range, artifact.size) : null;
  const bytes = artifact && (await blobs.get(artifact.blob_key, part ?? undefined));
  if (!artifact || !bytes) throw new Refusal('not_found', 'No open update of this device needs such an artifact');
  return { bytes, etag, size: artifact.size, part };
}
