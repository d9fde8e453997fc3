import { z } from 'zod';
import { deploymentStates } from './deployment.ts';

/**
 * Path of an artifact, as `app/1.1.0/app.tar.gz`: up to 1,024 characters in segments between slashes; no segment is
 * empty, `.` or `..`, and there are no control characters or backslashes.
 */
export const artifactPathSchema = z
  .string()
  .min(1, 'must not be empty')
  .max(1024, 'must have at most 1024 characters')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused here
  .regex(/^[^\u0000-\u001f\u007f-\u009f\\]*$/, 'must not contain control characters or backslashes')
  .refine((path) => path.split('/').every((segment) => !['', '.', '..'].includes(segment)), {
    message: 'must have no segment that is empty, "." or ".."',
  });

/** A file in the artifact store; `sha256` is hex, `size` is in bytes. */
export const artifactSchema = z.object({
  id: z.string(),
  path: z.string(),
  sha256: z.string(),
  size: z.number().int(),
  created_at: z.string(),
});
export type Artifact = z.infer<typeof artifactSchema>;

/** Where an artifact is used. */
export const artifactUsesSchema = z.object({
  /** Whose newest version names it, or may with the right values for its references; at most 100, newest first. */
  flows: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      version: z.number().int(),
      /** As the flow names it: the path itself, or one with references, as `app/${{ inputs.version }}/app.tar.gz`. */
      names: z.array(z.string()),
    }),
  ),
  /** That were given it; at most 20: those with open updates first, the newest of them first. */
  deployments: z.array(
    z.object({
      id: z.string(),
      flow: z.object({ id: z.string(), name: z.string(), version: z.number().int() }),
      state: z.enum(deploymentStates),
      created_at: z.string(),
      /** Its updates that are pending or in progress: while there are any, the artifact cannot be deleted. */
      open_updates: z.number().int(),
    }),
  ),
});
export type ArtifactUses = z.infer<typeof artifactUsesSchema>;
