import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { type Answered, type Call, makeCall, type Unanswered } from './make-call.ts';
import { readAnswer } from './read-answer.ts';
import { pauseBeforeNextMs } from './repeat.rules.ts';

/** For how long a call is made again while the server is away, and who is told when that begins. */
export type Patience = { untilMs: number; onAway?: () => void };

/** Calls of a server's API. Answers are checked against a schema of the protocol, and given as they came. */
export type ApiClient = {
  url: string;
  call: <Schema extends z.ZodType>(call: Call, answer: Schema, patience?: Patience) => Promise<z.output<Schema>>;
  get: <Schema extends z.ZodType>(path: string, answer: Schema, patience?: Patience) => Promise<z.output<Schema>>;
  /** Sends JSON. */
  send: <Schema extends z.ZodType>(
    method: Call['method'],
    path: string,
    body: unknown,
    answer: Schema,
  ) => Promise<z.output<Schema>>;
  remove: (path: string) => Promise<void>;
  /** Reads all pages of a list, or as many as `limit` items need. */
  list: <Item extends z.ZodType>(path: string, item: Item, query?: ListQuery) => Promise<z.output<Item>[]>;
  /** The same of a list that is asked for with a body. */
  search: <Item extends z.ZodType>(
    path: string,
    body: Record<string, unknown>,
    item: Item,
    query?: Pick<ListQuery, 'limit'>,
  ) => Promise<z.output<Item>[]>;
};

export type ListQuery = { limit?: number; patience?: Patience; filter?: Record<string, string | string[] | undefined> };

/**
 * @param server its address without a slash at the end, and an access token
 * @param usual the patience of calls that are given none
 */
export function createApiClient(server: { url: string; token: string }, usual: Patience = { untilMs: 0 }): ApiClient {
  const call: ApiClient['call'] = async (called, answer, patience = usual) =>
    readAnswer(server.url, await callPatiently(server, called, patience), answer);
  const get: ApiClient['get'] = (path, answer, patience) => call({ method: 'GET', path }, answer, patience);
  return {
    url: server.url,
    call,
    get,
    send: (method, path, body, answer) => call({ method, path, body: jsonBody(body) }, answer),
    remove: async (path) => {
      await call({ method: 'DELETE', path }, z.null());
    },
    list: (path, item, { limit, filter, patience } = {}) =>
      listAll(item, limit, (page, answer) =>
        get(`${path}?${queryText({ ...filter, limit: String(page.limit), after: page.after })}`, answer, patience),
      ),
    search: (path, body, item, { limit } = {}) =>
      listAll(item, limit, (page, answer) =>
        call({ method: 'POST', path, body: jsonBody({ ...body, ...page }) }, answer),
      ),
  };
}

export function jsonBody(body: unknown): NonNullable<Call['body']> {
  return { type: 'application/json', content: JSON.stringify(body) };
}

/** Patience for a server that only asks to be called less often: it has done nothing yet. */
const rateLimitPatienceMs = 30_000;

async function callPatiently(
  server: { url: string; token: string },
  call: Call,
  patience: Patience,
): Promise<Answered | Unanswered> {
  const rateLimitUntilMs = Date.now() + rateLimitPatienceMs;
  for (let attempt = 1; ; attempt++) {
    const answered = await makeCall(server, call);
    const isLimited = 'status' in answered && answered.status === 429;
    const untilMs = isLimited ? Math.max(rateLimitUntilMs, patience.untilMs) : patience.untilMs;
    const pauseMs = pauseBeforeNextMs(answered, attempt, untilMs - Date.now());
    if (pauseMs === null || !mayRepeat(call, isLimited)) return answered;
    if (attempt === 1 && !isLimited) patience.onAway?.();
    await delay(pauseMs);
  }
}

/** A stream is gone once it was sent; and who knows what a change without a key has done already. */
function mayRepeat({ method, body, idempotencyKey }: Call, isLimited: boolean): boolean {
  if (body !== undefined && typeof body.content !== 'string') return false;
  return isLimited || method !== 'POST' || idempotencyKey !== undefined;
}

const largestPage = 1000;

type Page = { limit: number; after?: string };
type ReadPage = <Schema extends z.ZodType>(page: Page, answer: Schema) => Promise<z.output<Schema>>;

async function listAll<Item extends z.ZodType>(
  item: Item,
  limit = Number.POSITIVE_INFINITY,
  read: ReadPage,
): Promise<z.output<Item>[]> {
  const page = z.object({ items: z.array(item), next: z.string().nullable() });
  const items: z.output<Item>[] = [];
  let after: string | null = null;
  do {
    const size = Math.min(largestPage, limit - items.length);
    const answer: z.output<typeof page> = await read({ limit: size, ...(after !== null && { after }) }, page);
    for (const found of answer.items) items.push(found);
    after = answer.next;
  } while (after !== null && items.length < limit);
  return items;
}

function queryText(query: Record<string, string | string[] | undefined>): string {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    [value ?? []].flat().map((one): [string, string] => [name, one]),
  );
  return new URLSearchParams(pairs).toString();
}
