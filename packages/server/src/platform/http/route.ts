import type { Role } from '@tideway/protocol';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';

/** How the body of a request is read. */
export type BodyForm =
  /** JSON with a JSON content type; anything else is refused with 415. */
  | 'json'
  /** A JSON object under any content type, as scripts known from the field send it. */
  | 'json_of_any_type'
  /** JSON as `json`, whose texts may hold what no column of the database can: the use case looks at them. */
  | 'json_of_any_text'
  /** A text: YAML or JSON content types, kept as it is. */
  | 'text'
  /** Bytes as they arrive, of any content type and without the general limit. */
  | 'stream';

/** Finds out who calls, before the body is read, and refuses whom it must not let in. */
export type Access<Caller> = {
  /** For people: what the caller needs, as `operator of the project`. */
  needs: string;
  role: Role | null;
  admit: (request: FastifyRequest) => Promise<Caller>;
};

/** What a route's handler gets: everything is checked already. */
export type Call<Caller, Params, Query, Body> = {
  caller: Caller;
  params: Params;
  query: Query;
  body: Body;
  /** Address that the request came from, for the audit log. */
  address: string;
  headers: Record<string, string | string[] | undefined>;
  /** Whether the caller's connection is encrypted, as this server or a trusted proxy says. */
  isSecure: boolean;
  /** Answers with a header, as `etag`. */
  setHeader: (name: string, value: string) => void;
  /** For an answer that is not the route's usual status: nothing was created, part of a file, or the caller has it. */
  setStatus: (status: 200 | 206 | 304) => void;
  /** Asks once more whether the caller may do this: for answers that go on for long. */
  admitAgain: () => Promise<unknown>;
  /** Aborted when the caller has gone away. */
  signal: AbortSignal;
};

/** A call of the API: where it is, what it takes and gives, who may use it, and the use case behind it. */
export type RouteDefinition<
  Caller,
  Params extends z.ZodType,
  Query extends z.ZodType,
  Body extends z.ZodType,
  Answer extends z.ZodType,
> = {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With parameters as `:id`; a `*` at the end takes any number of segments and is the parameter `*`. */
  path: string;
  tag: string;
  summary: string;
  /** `everybody` where no token is needed, or where the use case itself reads it from the body. */
  access: Access<Caller>;
  bodyForm?: BodyForm;
  params?: Params;
  query?: Query;
  body?: Body;
  /** The body's schema only describes it: the use case brings its accepted forms together before it checks. */
  bodyIsCheckedInside?: true;
  /** Status of a success: 200 unless said. */
  status?: 200 | 201 | 204;
  /** Success with another status than the usual one, and its body. */
  alsoAnswers?: Partial<Record<200, z.ZodType>>;
  /** The body of a success. Left out where there is none, or where a stream is answered. */
  answer?: Answer;
  /** Content type of a streamed answer. */
  streams?: string;
  /** The answer is an artifact: only so many are sent at once. */
  isDownload?: true;
  /** Answered however busy the server is: who looks after it has to see that. */
  isAlwaysAnswered?: true;
  handle: (
    call: Call<Caller, z.output<Params>, z.output<Query>, z.output<Body>>,
  ) => Promise<Answer extends z.ZodUndefined ? unknown : z.input<Answer>>;
};

// biome-ignore lint/suspicious/noExplicitAny: a list of routes holds routes of every shape; each was checked by defineRoute
export type Route = RouteDefinition<any, any, any, any, any>;

/** One row of the table of routes. */
export function defineRoute<
  Caller,
  Params extends z.ZodType = z.ZodUndefined,
  Query extends z.ZodType = z.ZodUndefined,
  Body extends z.ZodType = z.ZodUndefined,
  Answer extends z.ZodType = z.ZodUndefined,
>(route: RouteDefinition<Caller, Params, Query, Body, Answer>): Route {
  return route;
}

/** For calls without a header that says who asks: public ones, and those whose token is in the body. */
export const everybody: Access<null> = { needs: 'nothing', role: null, admit: async () => null };

/** Parameters of a list: how many, and the cursor that the page before gave as `next`. */
export const pageQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  after: z.string().max(512).optional(),
});

/** A page of a list; `next` is null on the last one. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.object({ items: z.array(item), next: z.string().nullable() });
}
