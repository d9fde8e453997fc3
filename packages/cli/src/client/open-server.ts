import { projectSchema } from '@tideway/protocol';
import { ClientError } from '../client-error.ts';
import { visibleText } from '../output/visible-text.rules.ts';
import { type ApiClient, createApiClient, type Patience } from './api-client.ts';
import { currentServer } from './kept-server.ts';

/** A project on the server that commands call; `path` is where its calls begin. */
export type OpenProject = { api: ApiClient; key: string; path: string };

export async function openServer(): Promise<ApiClient> {
  return createApiClient(await currentServer());
}

/** The project that was named, that of the environment or of the login, or the only one that there is. */
export async function openProject(named: string | undefined, patience?: Patience): Promise<OpenProject> {
  const server = await currentServer();
  const api = createApiClient(server, patience);
  const key = named ?? (process.env.TIDEWAY_PROJECT || server.project) ?? (await onlyProject(api));
  return { api, key, path: `/api/v2/${encodeURIComponent(key)}` };
}

async function onlyProject(api: ApiClient): Promise<string> {
  const [first, ...others] = await api.list('/api/v2/projects', projectSchema, { limit: 11 });
  if (first === undefined)
    throw new ClientError('There is no project yet: make one with `tideway projects create NAME`');
  if (others.length === 0) return first.key;
  const keys = [first, ...others].slice(0, 10).map(({ key }) => visibleText(key));
  const more = others.length === 10 ? ' …' : '';
  throw new ClientError(`Say which project with --project or TIDEWAY_PROJECT: ${keys.join(', ')}${more}`);
}
