import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { type AgentFile, type AgentManifest, type AgentOffer, agentManifestSchema } from '@tideway/protocol';
import type { Deps } from '../platform/deps.ts';
import { readByteRange } from '../platform/http/byte-range.rules.ts';
import type { Call } from '../platform/http/route.ts';
import { Refusal } from '../platform/refusal.ts';

type Parts = { settings: Pick<Deps['settings'], 'agentFiles' | 'agentUpdateSpreadS'> };

/** What the server gives out of the agent's program. Read at each call: a new build counts without a restart. */
export async function readAgentManifest({ settings }: Parts): Promise<AgentManifest> {
  const text = await readFile(join(settings.agentFiles, 'manifest.json'), 'utf8').catch(nullWhereMissing);
  if (text === null) throw new Refusal('not_found', 'This server has no program of the agent to give out');
  return agentManifestSchema.parse(JSON.parse(text));
}

/** The same, or null where it gives out none. */
export async function findAgentManifest(parts: Parts): Promise<AgentManifest | null> {
  return readAgentManifest(parts).catch((error: unknown) => {
    if (error instanceof Refusal) return null;
    throw error;
  });
}

/** What a device is told of the program that it should run; null where it is told of none. */
export async function agentOffer(parts: Parts & Pick<Deps, 'log'>): Promise<AgentOffer | null> {
  const spread_s = parts.settings.agentUpdateSpreadS;
  if (spread_s === null) return null;
  const version = await rememberedVersion(parts);
  return version === null ? null : { version, spread_s };
}

/** By folder, while its manifest stays the same file: after a restart of the server thousands may ask within a second. */
const remembered = new Map<string, { manifest: string; version: Promise<string | null> }>();

async function rememberedVersion(parts: Parts & Pick<Deps, 'log'>): Promise<string | null> {
  const { agentFiles } = parts.settings;
  const found = await stat(join(agentFiles, 'manifest.json'), { bigint: true }).catch(nullWhereMissing);
  if (found === null) return null;
  const manifest = `${found.ino} ${found.size} ${found.mtimeNs}`;
  const known = remembered.get(agentFiles);
  if (known?.manifest === manifest) return known.version;
  const version = readAgentManifest(parts).then(
    (read) => read.version,
    (error: unknown) => {
      if (!(error instanceof Refusal)) parts.log.warn({ err: error }, `${agentFiles} holds no program of the agent`);
      return null;
    },
  );
  remembered.set(agentFiles, { manifest, version });
  return version;
}

/** Sends a file of the agent's program: the whole, or (with status 206) the part that is still missed. */
export async function sendAgentFile(
  parts: Parts,
  { params, headers, setHeader, setStatus }: Call<null, { name: string }, unknown, unknown>,
): Promise<Readable | null> {
  const { files } = await readAgentManifest(parts);
  const file = files.find(({ name }) => name === params.name);
  const path = file && (await pathOf(parts, file));
  if (!file || !path) throw new Refusal('not_found', `The program of the agent has no file ${params.name} here`);
  const etag = `"${file.sha256}"`;
  setHeader('etag', etag);
  // To be kept, and asked about before it is used: the name stays where the bytes change.
  setHeader('cache-control', 'public, no-cache');
  if (headers['if-none-match'] === etag) {
    setStatus(304);
    return null;
  }
  const isUnchanged = headers['if-range'] === undefined || headers['if-range'] === etag;
  const part = isUnchanged ? readByteRange(String(headers.range ?? ''), file.size) : null;
  setHeader('accept-ranges', 'bytes');
  setHeader('content-length', String(part ? part.end - part.start + 1 : file.size));
  if (part) {
    setHeader('content-range', `bytes ${part.start}-${part.end}/${file.size}`);
    setStatus(206);
  }
  return createReadStream(path, part ?? undefined);
}

/** Null where the file is not the one of the manifest: the two are replaced one after the other. */
async function pathOf({ settings }: Parts, { name, size }: AgentFile): Promise<string | null> {
  const path = join(settings.agentFiles, name);
  const found = await stat(path).catch(nullWhereMissing);
  return found?.isFile() && found.size === size ? path : null;
}

function nullWhereMissing(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null;
  throw error;
}
