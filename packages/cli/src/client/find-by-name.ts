import { type Device, deviceSchema, type UpdateFlow, updateFlowSchema } from '@tideway/protocol';
import { ClientError } from '../exit-codes.ts';
import { visibleText } from '../output/visible-text.rules.ts';
import type { OpenProject } from './open-server.ts';
import { RefusedByServer } from './read-answer.ts';

/** The flow of this id or name. */
export async function findFlow(project: OpenProject, idOrName: string): Promise<UpdateFlow> {
  const flow = await findFlowOrNull(project, idOrName);
  if (flow === null) throw new ClientError(`There is no flow ${visibleText(idOrName)} in the project ${project.key}`);
  return flow;
}

/** The same, or null where there is none. A name may look like an id; then the id is meant. */
export async function findFlowOrNull({ api, path }: OpenProject, idOrName: string): Promise<UpdateFlow | null> {
  const flows = await api.list(`${path}/update-flows`, updateFlowSchema);
  return flows.find(({ id }) => id === idOrName) ?? flows.find(({ name }) => name === idOrName) ?? null;
}

/** The device of this id or name. */
export async function findDevice({ api, path, key }: OpenProject, idOrName: string): Promise<Device> {
  const byId = await api.get(`${path}/devices/${encodeURIComponent(idOrName)}`, deviceSchema).catch(orNotFound);
  if (byId !== null) return byId;
  const found = await api.list(`${path}/devices`, deviceSchema, { filter: { search: idOrName.slice(0, 128) } });
  const device = found.find(({ name }) => name === idOrName);
  if (device === undefined) throw new ClientError(`There is no device ${visibleText(idOrName)} in the project ${key}`);
  return device;
}

function orNotFound(error: unknown): null {
  if (error instanceof RefusedByServer && error.code === 'not_found') return null;
  throw error;
}
