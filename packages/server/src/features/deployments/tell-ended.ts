import type { Changes } from '../../platform/wake/changes.ts';
import type { StatusChange } from './deployment-count.store.ts';

/** Tells those who follow that updates of deployments have ended, of which devices is not known. */
export function tellEnded(changes: Changes, ended: readonly StatusChange[]): void {
  for (const { deploymentId } of ended) changes.tell(deploymentId, 'many');
}
