import type { Bench } from '../bench.ts';
import type { Fleet } from '../fleet/make-fleet.ts';
import { type Part, startPart } from './part.ts';
import type { ServerCommands, ServerVariant } from './server-part.ts';

export type StartedServer = Part<ServerCommands> & { url: string };

/** Starts a server on the database of a fleet. */
export async function startServerPart(
  bench: Bench,
  fleet: Fleet,
  variant: ServerVariant = 'whole',
): Promise<StartedServer> {
  const part = await startPart<ServerCommands>('server');
  const home = bench.databases.makeHome('server');
  const { url } = await part.ask('start', { connection: fleet.connection, home, variant });
  return { ...part, url };
}

/** Calls the API with a fleet's token; throws what is no success. */
export async function callApi<Answer>(url: string, token: string, path: string, body?: unknown): Promise<Answer> {
  const response = await fetch(url + path, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as Answer;
}
