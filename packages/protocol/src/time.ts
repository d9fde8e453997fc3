import { z } from 'zod';

/** A time in RFC 3339, as `2030-01-31T12:00:00Z`. */
export const timeSchema = z.iso.datetime({ offset: true, error: 'must be a time such as 2030-01-31T12:00:00Z' });
