import { z } from 'zod';

/** What a server says of itself to who is signed in. */
export const serverSchema = z.object({
  version: z.string(),
  /** The address by which devices reach it; null where it was not told. */
  public_url: z.string().nullable(),
  /** Of the agent's program that it gives out; null where it gives out none. */
  agent_version: z.string().nullable(),
  /** How large an artifact may be. */
  max_artifact_bytes: z.number().int(),
});
export type ServerView = z.infer<typeof serverSchema>;
