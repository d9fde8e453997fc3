import type { Label, NewLabel } from '@tideway/protocol';
import { inTransaction } from '../../platform/database/transaction.ts';
import type { Deps } from '../../platform/deps.ts';
import { Refusal } from '../../platform/refusal.ts';
import { recordAuditEvent } from '../audit/record-audit-event.ts';
import type { ProjectCaller } from '../projects/in-project.access.ts';
import { lockLabel, renameLabelRow } from './label.store.ts';
import { showLabel } from './label.views.ts';
import type { LabelKind } from './label-kind.ts';

/** Gives a group, a tag or an app another name; the devices that carry it keep it. */
export async function renameLabel(
  { db }: Pick<Deps, 'db'>,
  caller: ProjectCaller,
  kind: LabelKind,
  name: string,
  wanted: NewLabel,
): Promise<Label> {
  return inTransaction(db, async (tx) => {
    const id = await lockLabel(tx, kind, caller.project.id, name);
    if (id === null) throw new Refusal('not_found', `There is no ${kind} ${name}`);

    await renameLabelRow(tx, kind, id, wanted.name);
    await recordAuditEvent(tx, caller, {
      action: `${kind}.renamed`,
      target: wanted.name,
      projectId: caller.project.id,
      before: { name },
      after: { name: wanted.name },
    });
    return showLabel(wanted.name);
  });
}
