import type { CheckedFlows, Fault } from '@tideway/protocol';
import type { Deps } from '../../platform/deps.ts';
import { Refusal } from '../../platform/refusal.ts';
import type { ProjectCaller } from '../projects/in-project.access.ts';
import { collectWarnings } from './collect-warnings.ts';
import { findFlows } from './find-flow.ts';
import { oneFlowMessage, takenNameMessage } from './flow-messages.rules.ts';
import { byLine, readFlowFileInPart, withLines } from './read-flow-file.rules.ts';

/**
 * Says all that saving a text of flows would refuse, and what it would warn of; saves nothing. With `id` the text is
 * meant as the new version of that flow.
 */
export async function checkFlows(
  { db }: Pick<Deps, 'db'>,
  { project }: ProjectCaller,
  source: string,
  id: string | null,
): Promise<CheckedFlows> {
  const { names, flows, faults, lineOf } = readFlowFileInPart(source);
  const known = await findFlows(db, project.id, { id, names });
  if (id !== null && !known.some(({ publicId }) => publicId === id)) {
    throw new Refusal('unknown_flow', `There is no flow ${id} in this project`, { field: 'id' });
  }
  const others = known.filter(({ publicId }) => publicId !== id).map(({ name }) => name);
  const unsaved = [...tooMany(names, id), ...takenNames(names, others)];
  const warnings = await collectWarnings(db, project.id, flows);
  return {
    errors: [...faults, ...withLines(unsaved, lineOf)].sort(byLine),
    warnings: withLines(warnings, lineOf),
    flows: flows.map(({ name, description, inputs, steps }) => ({ name, description, inputs, steps })),
  };
}

function tooMany(names: string[], id: string | null): Fault[] {
  return id === null || names.length <= 1 ? [] : [{ path: 'flows', message: oneFlowMessage }];
}

function takenNames(names: string[], others: string[]): Fault[] {
  return names
    .filter((name) => others.includes(name))
    .map((name) => ({ path: `flows.${name}`, message: takenNameMessage(name) }));
}
