import { z } from 'zod';

/**
 * Path of an artifact, as `app/1.1.0/app.tar.gz`: up to 1,024 characters in segments between slashes; no segment is
 * empty, `.` or `..`, and there are no control characters or backslashes.
 */
export const artifactPathSchema = z
  .string()
  .min(1)
  .max(1024)
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
