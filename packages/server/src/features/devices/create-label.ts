import type { Label, NewLabel } from '@tideway/protocol';
import { inTransaction } from '../../platform/database/transaction.ts';
import type { Deps } from '../../platform/deps.ts';
import { Refusal } from '../../platform/refusal.ts';
import { recordAuditEvent } from '../audit/record-audit-event.ts';
import type { ProjectCaller } from '../projects/in-project.access.ts';
import { insertLabel } from './label.store.ts';
import { showLabel } from './label.views.ts';
import type { LabelKind } from './label-kind.ts';

/** Creates a group, a tag or an app. */
export async function createLabel(
  { db }: Pick<Deps, 'db'>,
  caller: ProjectCaller,
  kind: LabelKind,
  { name }: NewLabel,
): Promise<Label> {
  return inTransaction(db, async (tx) => {
    if (!(await insertLabel(tx, kind, caller.project.id, name))) {
      throw new Refusal('already_exists', `There is a ${kind} ${name} already`, { field: 'name' });
    }
    await recordAuditEvent(tx, caller, {
      action: `${kind}.created`,
      target: name,
      projectId: caller.project.id,
      after: { name },
    });
    return showLabel(name);
  });
}
