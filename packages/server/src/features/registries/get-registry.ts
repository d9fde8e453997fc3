import type { Registry } from '@tideway/protocol';
import type { Deps } from '../../platform/deps.ts';
import { Refusal } from '../../platform/refusal.ts';
import type { ProjectCaller } from '../projects/in-project.access.ts';
import { findRegistry, showRegistry } from './registry.views.ts';

export async function getRegistry({ db }: Pick<Deps, 'db'>, caller: ProjectCaller, name: string): Promise<Registry> {
  const registry = await findRegistry(db, caller.project.id, name);
  if (registry === null) throw new Refusal('not_found', `There is no registry ${name}`);
  return showRegistry(registry);
}
