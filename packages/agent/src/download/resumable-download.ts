import path from 'node:path';
import type { PlanArtifact } from '@tideway/protocol';
import { retryDelayMs } from '../channel/backoff.rules.ts';
import { type Range, ServerRefusal, ServerUnreachable } from '../channel/server-door.ts';
import { StepFailure } from '../steps/step.ts';
import { demandRoom, inWords } from '../system/disk.ts';
import { reasonOf } from '../system/probes.ts';
import { pause } from '../system/timing.ts';
import { garbageCollection } from './garbage-collection.ts';
import { PartialFile } from './partial-file.ts';

/** The server's answer: 200 with the whole artifact, or 206 with the part that was asked for. */
export type ArtifactStream = Pick<Response, 'status' | 'headers' | 'body'>;

export type DownloadSource = {
  /** Throws ServerRefusal or ServerUnreachable. */
  open: (sha256: string, range: Range | undefined) => Promise<ArtifactStream>;
  signal: AbortSignal;
  output: (text: string) => void;
};

/**
 * Downloads an artifact to `file`, which is there only when its bytes are the right ones. What has come stays across
 * breaks and restarts of the agent, and is tried on until the signal is aborted.
 */
export async function download(artifact: PlanArtifact, file: string, source: DownloadSource): Promise<void> {
  const part = await PartialFile.open(`${file}.part`, source.signal);
  try {
    demandRoom(path.dirname(file), artifact.size - part.size, `The artifact ${artifact.path}`);
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
    throw error;
  } finally {
    await part.close();
  }
}

async function receiveAll(artifact: PlanArtifact, part: PartialFile, source: DownloadSource): Promise<void> {
  for (let failures = 0; part.size < artifact.size; ) {
    source.signal.throwIfAborted();
    const sizeBefore = part.size;
    try {
      return await receive(artifact, part, source);
    } catch (error) {
      source.signal.throwIfAborted();
      const retryAfterS = retryAfterOf(error, artifact);
      if (error instanceof ServerRefusal && error.status === 416) await part.restart(null);
      failures = part.size > sizeBefore ? 1 : failures + 1;
      source.output(`The download broke off at ${inWords(part.size)}: ${reasonOf(error)} Trying again.\n`);
      await pause(retryDelayMs(failures, retryAfterS, Math.random()), [source.signal]);
    }
  }
}

async function receive({ sha256, size }: PlanArtifact, part: PartialFile, { open }: DownloadSource): Promise<void> {
  const { resumption } = part;
  const { status, headers, body } = await open(sha256, resumption);
  if (status !== 206) await part.restart(headers.get('etag'));
  else if (headers.get('content-range')?.startsWith(`bytes ${resumption?.from}-`)) part.isResumed = true;
  else {
    await part.restart(null);
    throw new ServerUnreachable('The server sent another part than was asked for.');
  }
  const collectGarbage = garbageCollection();
  for await (const chunk of arriving(body)) {
    await part.append(chunk);
    // More than it should be: no need to hear the rest.
    if (part.size > size) return;
    collectGarbage(chunk.byteLength);
  }
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
