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
  /**
   * What `target` is called, where that is an id: a device, a flow or an access token by its name, and a deployment by its
   * flow and version. Null where nothing is known of it any more.
   */
  target_name: z.string().nullable(),
  project_key: z.string().nullable(),
  before: z.unknown(),
  after: z.unknown(),
});
export type AuditEventView = z.infer<typeof auditEventSchema>;
