import type { PlanArtifact } from '@tideway/protocol';
import { retryDelayMs } from '../channel/backoff.rules.ts';
import { type Range, ServerRefusal, ServerUnreachable } from '../channel/server-door.ts';
import { StepFailure } from '../steps/step.ts';
import { demandRoom, diskBytes, freeBytes, inWords } from '../system/disk.ts';
import { hasCode } from '../system/files.ts';
import { garbageCollection } from '../system/garbage-collection.ts';
import { reasonOf } from '../system/probes.ts';
import { pause } from '../system/timing.ts';
import { PartialFile } from './partial-file.ts';
import type { RateLimit } from './rate-limit.ts';

/** The server's answer: 200 with the whole artifact, or 206 with the part that was asked for. */
export type ArtifactStream = {
  status: number;
  headers: { get: (name: string) => string | null };
  body: (AsyncIterable<Uint8Array> & { cancel: () => Promise<void> }) | null;
};

export type DownloadSource = {
  /** Throws ServerRefusal or ServerUnreachable; what else it throws, as a StepFailure, ends the download at once. */
  open: (artifact: PlanArtifact, range: Range | undefined) => Promise<ArtifactStream>;
  /** Bytes that are to stay free on a disk of this size. */
  keepFree?: (diskBytes: number) => number;
  rateLimit?: RateLimit;
  signal: AbortSignal;
  output: (text: string) => void;
};

/**
 * Downloads an artifact to `file`, which is there only when its bytes are the right ones. What has come stays in
 * `partFile` across breaks and restarts of the agent, and is tried on until the signal is aborted.
 */
export async function download(
  artifact: PlanArtifact,
  file: string,
  source: DownloadSource,
  partFile = `${file}.part`,
): Promise<void> {
  const part = await PartialFile.open(partFile, source.signal);
  try {
    demandRoomFor(artifact, part, source);
    source.output(`Downloading ${artifact.path} (${inWords(artifact.size)})${resumedAt(part)}.\n`);
    await receiveAll(artifact, part, source);
    if (part.isResumed && faultOf(artifact, part) !== null) {
      source.output(
        'What was put together from several tries is not the artifact: fetching it once more as a whole.\n',
      );
      await part.restart(null);
      await receiveAll(artifact, part, source);
    }
    const fault = faultOf(artifact, part);
    if (fault !== null) throw new StepFailure('artifact_changed', fault);
    await part.finish(file);
  } catch (error) {
    if (error instanceof StepFailure && error.reason === 'artifact_changed') part.remove();
    if (!hasCode(error, 'ENOSPC', 'EDQUOT')) throw error;
    throw new StepFailure(
      'no_room',
      `The disk is full: ${inWords(freeBytes(part.folder))} are free in ${part.folder}.`,
    );
  } finally {
    await part.close();
  }
}

function demandRoomFor({ path: name, size }: PlanArtifact, part: PartialFile, { keepFree }: DownloadSource): void {
  const kept = keepFree?.(diskBytes(part.folder)) ?? 0;
  demandRoom(part.folder, Math.max(0, size - part.size), `The artifact ${name}`, kept);
}

async function receiveAll(artifact: PlanArtifact, part: PartialFile, source: DownloadSource): Promise<void> {
  for (let failures = 0; part.size < artifact.size; ) {
    source.signal.throwIfAborted();
    const sizeBefore = part.size;
    try {
      if (await receive(artifact, part, source)) return;
    } catch (error) {
      source.signal.throwIfAborted();
      const retryAfterS = retryAfterOf(error, artifact);
      if (error instanceof ServerRefusal && error.status === 416) await part.restart(null);
      failures = part.size > sizeBefore ? 1 : failures + 1;
      const delayMs = retryDelayMs(failures, retryAfterS, Math.random());
      const next = `Trying again in ${(delayMs / 1000).toFixed(1)} s.`;
      source.output(`The download broke off at ${inWords(part.size)}: ${reasonOf(error)} ${next}\n`);
      await pause(delayMs, [source.signal]);
      // Others write to the disk as well.
      demandRoomFor(artifact, part, source);
    }
  }
}

/** Gives whether the server has said all that it has to say; false where it sent less than what was asked for. */
async function receive(artifact: PlanArtifact, part: PartialFile, source: DownloadSource): Promise<boolean> {
  const { size } = artifact;
  const { resumption } = part;
  const { status, headers, body } = await source.open(artifact, resumption);
  if (status !== 206) await part.restart(headers.get('etag'));
  else if (headers.get('content-range')?.startsWith(`bytes ${resumption?.from}-`)) part.isResumed = true;
  else {
    await body?.cancel();
    await part.restart(null);
    throw new ServerUnreachable('The server sent another part than was asked for.');
  }
  const sizeBefore = part.size;
  const collectGarbage = garbageCollection();
  for await (const chunk of arriving(body)) {
    await part.append(chunk);
    // More than it should be: no need to hear the rest.
    if (part.size > size) return true;
    collectGarbage(chunk.byteLength);
    await source.rateLimit?.pass(chunk.byteLength, source.signal);
  }
  if (part.size === size) return true;
  if (part.size === sizeBefore && status === 206) throw new ServerUnreachable('The server sent nothing.');
  // RFC 9112, 6.3: such a body ends with its connection, also where that broke.
  const isBounded = headers.get('content-length') !== null || headers.get('transfer-encoding') !== null;
  if (!isBounded) throw new ServerUnreachable('The connection was closed.');
  return status !== 206;
}

/** The bytes of the body. What ends them too early is the network's fault, unlike a disk that does not take them. */
async function* arriving(body: ArtifactStream['body']): AsyncGenerator<Uint8Array> {
  try {
    if (body) yield* body;
  } catch (error) {
    throw new ServerUnreachable(`The connection broke: ${reasonOf(error)}.`);
  }
}

/** The seconds that the server wants to be left alone for, if any. Throws where trying again is of no use. */
function retryAfterOf(error: unknown, artifact: PlanArtifact): number | null {
  if (error instanceof ServerUnreachable) return null;
  if (!(error instanceof ServerRefusal)) throw error;
  const { status, retryAfterS, message } = error;
  if (status >= 500 || [401, 408, 416, 429].includes(status)) return retryAfterS;
  throw new StepFailure('artifact_unavailable', `The server does not give the artifact ${artifact.path}: ${message}`);
}

/** Why what has come is not the artifact, or null. */
function faultOf({ path: name, size, sha256 }: PlanArtifact, part: PartialFile): string | null {
  const problem = `The artifact ${name} did not arrive as it was ordered`;
  if (part.size > size) return `${problem}: expected ${size} bytes with SHA-256 ${sha256}, got more.`;
  const got = part.sha256;
  if (part.size === size && got === sha256) return null;
  return `${problem}: expected ${size} bytes with SHA-256 ${sha256}, got ${part.size} bytes with SHA-256 ${got}.`;
}

function resumedAt({ size }: PartialFile): string {
  return size === 0 ? '' : `, of which ${inWords(size)} are there already`;
}
