import type { DeploymentDocument } from '@tideway/protocol';
import { sql } from 'kysely';
import { firstRow } from '../../platform/database/database.ts';
import type { Tx } from '../../platform/database/transaction.ts';

/** What the retry of a deployment takes over from it. */
export type RetryOrigin = {
  id: number;
  flow_version_id: number;
  flow_public_id: string;
  document: DeploymentDocument;
  parameters: Record<string, string>;
  configuration: Record<string, unknown> | null;
  comment: string;
  app_id: number | null;
  secrets: Buffer | null;
  time_limit_s: number;
  abort_deadline_s: number;
  archived_at: Date | null;
};

/** The deployment that is to be tried again, kept from being archived meanwhile; null where there is none of this id. */
export async function findRetryOrigin(tx: Tx, projectId: number, publicId: string): Promise<RetryOrigin | null> {
  return firstRow<RetryOrigin>(
    tx,
    sql`select d.id, d.flow_version_id, f.public_id as flow_public_id, t.content::json as document, d.parameters,
               d.configuration, d.comment, d.app_id, d.secrets, d.time_limit_s, d.abort_deadline_s,
               d.archived_at
        from deployment d
        join deployment_document t on t.sha256 = d.document_sha256
        join flow_version v on v.id = d.flow_version_id
        join flow f on f.id = v.flow_id
        where d.project_id = ${projectId} and d.public_id = ${publicId}
        for key share of d`,
  );
}
