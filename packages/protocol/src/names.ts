import { z } from 'zod';

/** The version of an app that a device carries: 1 to 128 characters without control characters. */
export const versionSchema = z
  .string()
  .min(1, 'must not be empty')
  .max(128, 'must have at most 128 characters')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused here
  .regex(/^[^\u0000-\u001f\u007f-\u009f]*$/, 'must not contain control characters');

/**
 * A name of a group, tag, app, project or device: 1 to 128 characters without control characters, without blanks around
 * them, and not `.` or `..`, which no path can name.
 */
export const nameSchema = versionSchema
  .regex(/^(\S([\s\S]*\S)?)?$/, 'must not begin or end with a blank')
  .regex(/^(?!\.{1,2}$)/, 'must not be "." or ".."');
