import { createHash } from 'node:crypto';
import { type RegistryCredentials, registryArtifactAddress } from '@tideway/protocol';
import { askRegistry, NotGiven } from './ask-registry.ts';

/** What pins an artifact: its SHA-256 in hex, and its size in bytes. */
export type Pin = { sha256: string; size: number };

export type LookUpLimits = {
  /** Ends the look-up; its reason is a NotGiven. */
  signal: AbortSignal;
  /** Most that is read of an artifact whose SHA-256 nobody says. */
  maxBytes: number;
};

/**
 * Finds out what an artifact of a registry is: its SHA-256 is the one that the flow gives, else that of the header
 * `x-checksum-sha256`, as Artifactory sends it, else its bytes are read and hashed. Throws NotGiven where the registry
 * does not have it, or has another one than the flow asks for.
 * @param pinned the SHA-256 that the flow gives
 */
export async function lookUpArtifact(
  registry: RegistryCredentials,
  { path, pinned }: { path: string; pinned: string | null },
  { signal, maxBytes }: LookUpLimits,
): Promise<Pin> {
  const address = registryArtifactAddress(registry, path);
  const head = await askRegistry(registry, { address, method: 'HEAD', signal });
  await head.body?.cancel();
  // Some do not know the method, or redirect to addresses that are good for GET alone.
  const size = head.ok ? sizeOf(head) : null;
  const said = head.ok ? (checksumOf(head) ?? recentOf(registry, address, head)) : null;
  const sha256 = said ?? pinned;
  const pin =
    size === null || sha256 === null ? await readPin(registry, address, { signal, maxBytes }) : { sha256, size };
  if (pinned === null || pin.sha256 === pinned) return pin;
  throw new NotGiven(`has one with the SHA-256 ${pin.sha256}, and the flow asks for ${pinned}`);
}

async function readPin(
  registry: RegistryCredentials,
  address: string,
  { signal, maxBytes }: LookUpLimits,
): Promise<Pin> {
  const answer = await askRegistry(registry, { address, method: 'GET', signal });
  try {
    if (!answer.ok) throw new NotGiven(`answers with status ${answer.status}`);
    if ((sizeOf(answer) ?? 0) > maxBytes) throw tooLarge(maxBytes);
    const pin = await hashed(answer, maxBytes);
    remember(registry, address, answer, pin);
    return pin;
  } catch (error) {
    await answer.body?.cancel().catch(() => {});
    signal.throwIfAborted();
    throw error instanceof NotGiven ? error : new NotGiven('broke off in the middle of it');
  }
}

async function hashed({ body }: Response, maxBytes: number): Promise<Pin> {
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.length;
    if (size > maxBytes) throw tooLarge(maxBytes);
    hash.update(chunk);
  }
  return { sha256: hash.digest('hex'), size };
}

function tooLarge(maxBytes: number): NotGiven {
  return new NotGiven(
    `does not say its SHA-256, and it is too large to be read for it (more than ${maxBytes} bytes): give it in the flow`,
  );
}

/** Null where the bytes that arrive are not those that the length counts. */
function sizeOf({ headers }: Response): number | null {
  const length = headers.get('content-length');
  return length !== null && /^\d{1,15}$/.test(length) && !headers.has('content-encoding') ? Number(length) : null;
}

function checksumOf({ headers }: Response): string | null {
  const checksum = headers.get('x-checksum-sha256')?.toLowerCase() ?? '';
  return /^[0-9a-f]{64}$/.test(checksum) ? checksum : null;
}

/** SHA-256 of what was read lately: an order that is repeated does not read it again while its entity tag is the same. */
const recent = new Map<string, string>();
const mostRecent = 1000;

function recentOf(registry: RegistryCredentials, address: string, answer: Response): string | null {
  const key = keyOf(registry, address, answer);
  return (key && recent.get(key)) ?? null;
}

function remember(registry: RegistryCredentials, address: string, answer: Response, { sha256 }: Pin): void {
  const key = keyOf(registry, address, answer);
  if (key === null) return;
  recent.set(key, sha256);
  const [oldest] = recent.keys();
  if (recent.size > mostRecent && oldest !== undefined) recent.delete(oldest);
}

/** RFC 9110, 8.8.1: only a strong entity tag says that the bytes are the same. */
function keyOf({ username }: RegistryCredentials, address: string, answer: Response): string | null {
  const etag = answer.headers.get('etag');
  return etag?.startsWith('"') ? JSON.stringify([username, address, etag, sizeOf(answer)]) : null;
}
