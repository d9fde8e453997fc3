import type { RefusalBody } from '@tideway/protocol';
import { Refused } from './refused.ts';
import { noteSessionEnded } from './session-end.ts';

/** What lists answer: a page, and where the next one begins. */
export type Page<Item> = { items: Item[]; next: string | null };

type Body = { json?: unknown; yaml?: string };
type Headers = Record<string, string>;

/** One call of the server's API below `/api/v2`. Throws Refused with the server's words, or a sentence of our own. */
export async function call<Answer>(
  method: string,
  path: string,
  body: Body = {},
  headers: Headers = {},
): Promise<Answer> {
  const sent = body.yaml ?? (body.json === undefined ? null : JSON.stringify(body.json));
  const response = await reach(`/api/v2${path}`, {
    method,
    credentials: 'same-origin',
    headers: {
      accept: 'application/json',
      ...(sent !== null && { 'content-type': body.yaml === undefined ? 'application/json' : 'application/yaml' }),
      ...headers,
    },
    ...(sent !== null && { body: sent }),
  });
  return readAnswer<Answer>(response.status, await response.text());
}

/** What a text that came back says; a refusal is thrown. */
export function readAnswer<Answer>(status: number, text: string): Answer {
  if (status < 400) return (text === '' ? null : JSON.parse(text)) as Answer;
  const refused = new Refused(status, readRefusal(status, text));
  if (refused.code === 'invalid_token') noteSessionEnded();
  throw refused;
}

export const get = <Answer>(path: string) => call<Answer>('GET', path);
export const post = <Answer>(path: string, json?: unknown, headers?: Headers) =>
  call<Answer>('POST', path, { json }, headers);
export const put = <Answer>(path: string, json?: unknown) => call<Answer>('PUT', path, { json });
export const patch = <Answer>(path: string, json?: unknown) => call<Answer>('PATCH', path, { json });
export const remove = (path: string) => call<null>('DELETE', path);

/** A path below `/api/v2`: texts in it are quoted, whatever they hold. */
export function path(parts: TemplateStringsArray, ...values: string[]): string {
  // A browser takes these for steps up the path, quoted or not: the call would be another one.
  const step = values.find((value) => /^\.{1,2}$/.test(value));
  if (step !== undefined) throw new Error(`Nothing can have the name "${step}"`);
  return parts.reduce((made, part, index) => made + encodeURIComponent(values[index - 1] ?? '') + part);
}

/** `?a=1&b=2` of what is there; a list is repeated. */
export function query(values: Record<string, string | number | string[] | null | undefined>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    for (const one of [value].flat())
      if (one !== null && one !== undefined && one !== '') search.append(name, String(one));
  }
  const text = search.toString();
  return text === '' ? '' : `?${text}`;
}

/** What the server answers; a sentence of our own is thrown where it does not. */
export async function reach(url: string, request: RequestInit): Promise<Response> {
  try {
    return await fetch(url, request);
  } catch {
    throw new Error('The server cannot be reached. Nothing was lost here: try again in a moment.');
  }
}

/** A proxy in between may answer something else than the server would. */
function readRefusal(status: number, text: string): RefusalBody {
  try {
    const body = JSON.parse(text) as RefusalBody;
    if (typeof body.error_message === 'string') return body;
  } catch {}
  return { error_message: `The server answered ${status} without saying why`, code: 'internal' };
}
