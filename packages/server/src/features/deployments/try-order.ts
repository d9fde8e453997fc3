import { type DryRun, type FlowDocument, lackOf } from '@tideway/protocol';
import type { RawBuilder } from 'kysely';
import { inTransaction, type Tx } from '../../platform/database/transaction.ts';
import type { Deps } from '../../platform/deps.ts';
import type { ProjectCaller } from '../projects/in-project.access.ts';
import { refuseEmpty } from './create-deployment.ts';
import { isSelectable } from './device-filter.rules.ts';
import type { Order } from './order.rules.ts';
import { resolveDeviceFilter } from './resolve-device-filter.ts';
import { resolveOrder } from './resolve-order.ts';
import { listDeviceKinds, sampleKind, viewSelectedDevices } from './selected-devices.views.ts';
import type { Preparation } from './with-look-ups.ts';

/** Answers what an order would do, and does nothing. Refuses what the order would be refused for. */
export async function tryOrder(
  deps: Pick<Deps, 'db' | 'randomBytes' | 'installation'>,
  caller: ProjectCaller,
  order: Order,
  prepared: Preparation,
): Promise<DryRun> {
  return inTransaction(deps.db, async (tx) => {
    const { pinned, flow, inputs } = await resolveOrder(tx, deps, caller, order, prepared);
    const condition = await resolveDeviceFilter(tx, caller.project.id, order);
    const isSelected = isSelectable(caller.project.id, condition);
    const selected = await viewSelectedDevices(tx, isSelected);
    if (selected.devices === 0 && !order.allowsEmpty) refuseEmpty(order);
    const bytesOfOne = pinned.reduce((sum, { size }) => sum + size, 0);
    return {
      dry_run: true,
      ...selected,
      lacking: await findLacking(tx, isSelected, flow),
      parameters: inputs,
      bytes_to_download: bytesOfOne * selected.devices,
    };
  });
}

async function findLacking(tx: Tx, isSelected: RawBuilder<boolean>, flow: FlowDocument): Promise<DryRun['lacking']> {
  const lacking: DryRun['lacking'] = [];
  for (const kind of await listDeviceKinds(tx, isSelected)) {
    const lacks = lackOf(flow, kind);
    if (lacks === null) continue;
    const same = lacking.find((other) => other.lacks === lacks);
    if (same === undefined) {
      lacking.push({ lacks, devices: kind.devices, sample: await sampleKind(tx, isSelected, kind) });
    } else same.devices += kind.devices;
  }
  return lacking;
}
