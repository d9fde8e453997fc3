import { z } from 'zod';

/** One change: who made it, from where, what it was, and what there was before and after. */
export const auditEventSchema = z.object({
  id: z.string(),
  at: z.string(),
  /** A user's email, `device d-…`, or `command line`. */
  actor: z.string(),
  access_token_id: z.string().nullable(),
  address: z.string().nullable(),
  /** `<thing>.<what happened>`, as `group.created`. */
  action: z.string(),
  target: z.string(),
  project_key: z.string().nullable(),
  before: z.unknown(),
  after: z.unknown(),
});
export type AuditEventView = z.infer<typeof auditEventSchema>;
