import type { AuditEventView } from '@tideway/protocol';

const things = ['device', 'flow', 'deployment', 'artifact'] as const;

export type ChangedThing = {
  name: string;
  /** Null where the name says which one it is. */
  id: string | null;
  /** Whose page shows it, and in which project; null where none does. */
  page: { of: (typeof things)[number]; project: string } | null;
};

/** What a change was made to, by its name as far as one is known. */
export function changedThing(
  event: Pick<AuditEventView, 'action' | 'target' | 'target_name' | 'project_key'>,
): ChangedThing {
  const { action, target, target_name: name, project_key: project } = event;
  const of = things.find((thing) => action.startsWith(`${thing}.`));
  const isThere = of !== undefined && project !== null && action !== `${of}.deleted`;
  return { name: name ?? target, id: name === null ? null : target, page: isThere ? { of, project } : null };
}
