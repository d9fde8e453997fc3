import type { Device } from '@tideway/protocol';
import type { Deps } from '../../platform/deps.ts';
import { Refusal } from '../../platform/refusal.ts';
import type { ProjectCaller } from '../projects/in-project.access.ts';
import { type DeviceListQuery, listDevices } from './device.views.ts';
import { findUnknownLabel } from './label.views.ts';
import type { LabelKind } from './label-kind.ts';

/**
 * One page of the devices that a query asks for. A group, tag or app that does not exist is refused by name, as in an
 * order: an empty list would hide a mistyped one.
 */
export async function searchDevices(
  { db }: Pick<Deps, 'db'>,
  caller: ProjectCaller,
  query: DeviceListQuery,
): Promise<{ items: Device[]; next: string | null }> {
  const named: [LabelKind, string, string[]][] = [
    ['group', 'group_name', query.group_name === undefined ? [] : [query.group_name]],
    ['tag', 'tags', query.tags ?? []],
    ['app', 'app', query.app === undefined ? [] : [query.app]],
  ];
  for (const [kind, field, names] of named) {
    const unknown = await findUnknownLabel(db, kind, caller.project.id, names);
    if (unknown !== null) {
      throw new Refusal(`unknown_${kind}`, `There is no ${kind} ${unknown} in this project`, { field });
    }
  }
  return listDevices(db, caller.project.id, query);
}
