import { type Device, deviceSchema, type UpdateFlow, updateFlowSchema } from '@tideway/protocol';
import { ClientError } from '../client-error.ts';
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
export async function findDevice(project: OpenProject, idOrName: string): Promise<Device> {
  const device = await findDeviceOrNull(project, idOrName);
  if (device !== null) return device;
  throw new ClientError(`There is no device ${visibleText(idOrName)} in the project ${project.key}`);
}

/** The ids of the devices that `--device` and `--not-device` name. */
export async function findDevices(
  project: OpenProject,
  { device = [], notDevice = [] }: { device?: string[]; notDevice?: string[] },
): Promise<{ deviceIds: string[]; notDeviceIds: string[] }> {
  return { deviceIds: await idsOf(project, device), notDeviceIds: await idsOf(project, notDevice) };
}

async function idsOf(project: OpenProject, names: string[]): Promise<string[]> {
  const ids: string[] = [];
  for (const name of names) ids.push((await findDevice(project, name)).id);
  return ids;
}

/** Its id; what names no device may be the id of one that was deleted, whose updates are still there. */
export async function findDeviceId(project: OpenProject, idOrName: string): Promise<string> {
  return (await findDeviceOrNull(project, idOrName))?.id ?? idOrName;
}

async function findDeviceOrNull({ api, path }: OpenProject, idOrName: string): Promise<Device | null> {
  const byId = await api.get(`${path}/devices/${encodeURIComponent(idOrName)}`, deviceSchema).catch(orNotFound);
  if (byId !== null) return byId;
  const found = await api.list(`${path}/devices`, deviceSchema, { filter: { search: idOrName.slice(0, 128) } });
  return found.find(({ name }) => name === idOrName) ?? null;
}

function orNotFound(error: unknown): null {
  if (error instanceof RefusedByServer && error.code === 'not_found') return null;
  throw error;
}
