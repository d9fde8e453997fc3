import { inTransaction } from '../../platform/database/transaction.ts';
import type { Deps } from '../../platform/deps.ts';
import { Refusal } from '../../platform/refusal.ts';
import type { ProjectCaller } from '../projects/in-project.access.ts';
import { keepDevicesOfProject } from '../projects/lock-devices-of-project.ts';
import { type AddedDeployment, addDeployment } from './add-deployment.ts';
import { answerOnce, type OnceKey } from './answer-once.ts';
import type { Order } from './order.rules.ts';
import { resolveDeviceFilter } from './resolve-device-filter.ts';
import { resolveOrder } from './resolve-order.ts';
import type { Preparation } from './with-look-ups.ts';

/**
 * Creates a deployment with one update for each device that the filter selects, in one transaction: all of it, or
 * nothing. Refuses what does not exist, what the flow does not take, and an order that selects no device. An order with
 * the same key gets the first answer again.
 * Throws LookUpNeeded where something is not prepared yet.
 */
export async function createDeployment(
  deps: Pick<Deps, 'db' | 'randomBytes' | 'installation' | 'metrics' | 'wakes' | 'changes'>,
  caller: ProjectCaller,
  order: Order,
  once: OnceKey | null,
  prepared: Preparation,
): Promise<AddedDeployment> {
  return inTransaction(deps.db, (tx, onCommit) =>
    answerOnce(tx, once, async () => {
      const { deployment, needs } = await resolveOrder(tx, deps, caller, order, prepared);
      // A device that the order names is either refused or gets its update.
      await keepDevicesOfProject(tx, caller.project.id);
      const condition = await resolveDeviceFilter(tx, caller.project.id, order);
      const added = await addDeployment(tx, onCommit, deps, caller, { deployment, needs, condition });
      if (added.devices === 0 && !order.allowsEmpty) refuseEmpty(order);
      return added;
    }),
  );
}

/** Refuses an order that selects no device. */
export function refuseEmpty({ fields }: Pick<Order, 'fields'>): never {
  throw new Refusal('no_devices_matched', 'No device of the project matches the filter; nothing was deployed', {
    field: fields.filter,
  });
}
