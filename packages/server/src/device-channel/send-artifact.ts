import type { Readable } from 'node:stream';
import { openUpdateArtifact } from '../features/deployments/open-update-artifact.ts';
import type { ProvenDevice } from '../features/devices/note-contact.ts';
import type { Deps } from '../platform/deps.ts';
import type { Call } from '../platform/http/route.ts';

/** Sends a device an artifact that it needs: the whole, or (with status 206) the part that it still misses. */
export async function sendArtifact(
  deps: Pick<Deps, 'db' | 'blobs'>,
  { caller, params, headers, setHeader, setStatus }: Call<ProvenDevice, { sha256: string }, unknown, unknown>,
): Promise<Readable> {
  const asked = { range: oneOf(headers.range), ifRange: oneOf(headers['if-range']) };
  const { bytes, etag, size, part } = await openUpdateArtifact(deps, caller, params.sha256, asked);
  setHeader('etag', etag);
  setHeader('accept-ranges', 'bytes');
  setHeader('content-length', String(part ? part.end - part.start + 1 : size));
  if (part) {
    setHeader('content-range', `bytes ${part.start}-${part.end}/${size}`);
    setStatus(206);
  }
  return bytes;
}

function oneOf(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}
