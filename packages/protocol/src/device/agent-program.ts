import { z } from 'zod';

/** A file of the agent's program, fetched from `/agent/files/{name}`. `sha256` is hex, `size` is in bytes. */
export const agentFileSchema = z.object({
  /** Stays the same from version to version: `tideway-agent.mjs`, `tideway-agent-linux-x64`. */
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/, 'must be the plain name of a file'),
  /** `node`: one file for Node.js 20.19 and newer. `executable`: needs no Node.js. */
  kind: z.enum(['node', 'executable']),
  /** In Node's words, `linux` and `x64` or `arm64`; null where the file runs on all. */
  os: z.string().max(64).nullable(),
  arch: z.string().max(64).nullable(),
  size: z.number().int().positive(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in hex'),
});
export type AgentFile = z.infer<typeof agentFileSchema>;

/** Names one build of the agent's program, as `0.1.0+261ecc779119`; also a folder on the device. */
export const agentVersionSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._+-]{0,63}$/, 'must be a version of up to 64 characters');

/** The answer to `GET /agent/manifest.json`: the program of the agent that the server gives out, all of one version. */
export const agentManifestSchema = z.object({
  version: agentVersionSchema,
  files: z.array(agentFileSchema).max(100),
});
export type AgentManifest = z.infer<typeof agentManifestSchema>;

/** The version that the server wants its devices to run, and the seconds over which they are to spread their downloads. */
export const agentOfferSchema = z.object({ version: agentVersionSchema, spread_s: z.number().nonnegative() });
export type AgentOffer = z.infer<typeof agentOfferSchema>;
