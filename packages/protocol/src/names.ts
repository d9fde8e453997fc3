import { z } from 'zod';

/** A name of a group, tag, app, project or device: 1 to 128 characters without control characters. */
export const nameSchema = z
  .string()
  .min(1, 'must not be empty')
  .max(128, 'must have at most 128 characters')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused here
  .regex(/^[^\u0000-\u001f\u007f-\u009f]*$/, 'must not contain control characters');
