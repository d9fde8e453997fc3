import { type Fault, type FlowDocument, givenIdPattern, publicId, type SavedFlows } from '@tideway/protocol';
import { violatesUnique } from '../../platform/database/database.ts';
import { inTransaction, type Tx } from '../../platform/database/transaction.ts';
import type { Deps } from '../../platform/deps.ts';
import { Refusal } from '../../platform/refusal.ts';
import { recordAuditEvent } from '../audit/record-audit-event.ts';
import type { ProjectCaller } from '../projects/in-project.access.ts';
import { collectWarnings } from './collect-warnings.ts';
import { insertFlow, insertVersion, lockFlow, renameFlow } from './flow.store.ts';
import { oneFlowMessage, takenNameMessage } from './flow-messages.rules.ts';
import { readFlowFile } from './read-flow-file.rules.ts';

/**
 * Creates the flows of a text, all or none. `id` names the flow where the text holds one, so that a pipeline can keep
 * the id that it knows.
 */
export async function createFlows(
  deps: Pick<Deps, 'db' | 'randomBytes'>,
  caller: ProjectCaller,
  source: string,
  id?: string,
): Promise<SavedFlows> {
  const documents = readOrRefuse(source);
  if (id !== undefined) refuseBadId(id, documents);
  return inTransaction(deps.db, async (tx) => {
    const saved = [];
    for (const document of documents) {
      const flow = await addFlow(tx, caller, id ?? publicId('f', deps.randomBytes(8)), document.name);
      const version = await addVersion(tx, caller, flow, source, document, 'flow.created');
      saved.push({ name: document.name, uuid: flow.public_id, version });
    }
    return answer(saved, await collectWarnings(tx, caller.project.id, documents));
  });
}

/** Adds a version to a flow. The text must hold this one flow; another name renames it. */
export async function addFlowVersion(
  { db }: Pick<Deps, 'db'>,
  caller: ProjectCaller,
  id: string,
  source: string,
): Promise<SavedFlows> {
  const documents = readOrRefuse(source);
  const [document] = documents;
  if (!document || documents.length > 1) {
    throw new Refusal('invalid_flow', oneFlowMessage, { field: 'flows' });
  }
  return inTransaction(db, async (tx) => {
    const flow = await lockFlow(tx, caller.project.id, id);
    if (flow === null) throw new Refusal('not_found', `There is no flow ${id}`);
    if (flow.name !== document.name) await refuseTaken(renameFlow(tx, flow.id, document.name), document.name, id);
    const version = await addVersion(tx, caller, flow, source, document, 'flow.changed');
    const saved = [{ name: document.name, uuid: flow.public_id, version }];
    return answer(saved, await collectWarnings(tx, caller.project.id, documents));
  });
}

function readOrRefuse(source: string): FlowDocument[] {
  const read = readFlowFile(source);
  if ('flows' in read) return read.flows;
  const [first] = read.faults;
  const more = read.faults.length > 1 ? ` (and ${read.faults.length - 1} more)` : '';
  const line = first?.line === undefined ? '' : `line ${first.line}: `;
  throw new Refusal('invalid_flow', `${line}${first?.message}${more}`, {
    ...(first && first.path !== '' && { field: first.path }),
    errors: read.faults,
  });
}

function refuseBadId(id: string, documents: FlowDocument[]): void {
  const details = { field: 'id' };
  if (!givenIdPattern('f').test(id)) {
    throw new Refusal('invalid_request', 'id must be of the form f-xxxx-xxxx or xxxx-xxxx', details);
  }
  if (documents.length > 1) {
    throw new Refusal('invalid_request', 'id has a meaning only for a text that holds one flow', details);
  }
}

async function addFlow(tx: Tx, caller: ProjectCaller, id: string, name: string) {
  return refuseTaken(insertFlow(tx, caller.project.id, id, name), name, id);
}

async function refuseTaken<Result>(change: Promise<Result>, name: string, id: string): Promise<Result> {
  try {
    return await change;
  } catch (error) {
    if (violatesUnique(error, 'flow_name')) {
      throw new Refusal('already_exists', takenNameMessage(name));
    }
    if (violatesUnique(error, 'flow_public_id')) throw new Refusal('already_exists', `There is a flow ${id} already`);
    throw error;
  }
}

async function addVersion(
  tx: Tx,
  caller: ProjectCaller,
  flow: { id: number; public_id: string },
  source: string,
  document: FlowDocument,
  action: string,
): Promise<number> {
  const version = await insertVersion(tx, flow.id, { source, document, createdBy: caller.actor });
  await recordAuditEvent(tx, caller, {
    action,
    target: flow.public_id,
    projectId: caller.project.id,
    after: { name: document.name, version },
  });
  return version;
}

function answer(saved: SavedFlows['update_flows'], warnings: Fault[]): SavedFlows {
  const names = saved.map(({ name, version }) => `${name} (version ${version})`).join(', ');
  return { status: 'success', message: `Saved ${names}`, update_flows: saved, warnings };
}
