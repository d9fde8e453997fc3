import { refusalBodySchema } from '@tideway/protocol';
import type { z } from 'zod';
import { ClientError } from '../client-error.ts';
import { visibleText } from '../output/visible-text.rules.ts';
import type { Answered, Unanswered } from './make-call.ts';
import { refusalText } from './refusal-text.rules.ts';

/** The server's refusal, with the code that scripts and callers look at. */
export class RefusedByServer extends ClientError {
  readonly code: string;

  constructor(code: string, text: string) {
    super(text);
    this.code = code;
  }
}

/** The server did not answer, or not for itself: it may be there again in a moment. */
export class ServerAway extends ClientError {}

/** What the server answered, exactly as it did, once it has the form that is expected; throws what went wrong. */
export function readAnswer<Schema extends z.ZodType>(
  url: string,
  answered: Answered | Unanswered,
  schema: Schema,
): z.output<Schema> {
  if ('fault' in answered) throw new ServerAway(`Cannot reach the server at ${url}: ${visibleText(answered.message)}`);
  if (answered.status === 204) return schema.parse(null) as z.output<Schema>;
  const body = jsonOf(answered);
  if (answered.status >= 400) throw refusalOf(url, answered, body);
  const checked = schema.safeParse(body);
  if (answered.status >= 300 || !checked.success) throw new ClientError(notTideway(url, answered));
  // Not what the schema leaves of it: a newer server may say more, and scripts may want it.
  return body as z.output<Schema>;
}

function refusalOf(url: string, answered: Answered, body: unknown): ClientError {
  const refusal = refusalBodySchema.safeParse(body);
  const isAway = [502, 503, 504].includes(answered.status);
  if (isAway) return new ServerAway(refusal.success ? refusalText(refusal.data) : notTideway(url, answered));
  if (!refusal.success) return new ClientError(notTideway(url, answered));
  return new RefusedByServer(refusal.data.code, refusalText(refusal.data));
}

/** Undefined where the answer is no JSON. */
function jsonOf({ type, text }: Answered): unknown {
  if (!type.includes('json')) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function notTideway(url: string, { status, type, location }: Answered): string {
  if (location !== null) return `${url} sends callers on to ${visibleText(location)}: log in with that address`;
  const form = type === '' ? 'without a content type' : `with ${visibleText(type.split(';')[0] ?? '')}`;
  return `${url} does not answer as a Tideway server does (status ${status}, ${form}): is the address right?`;
}
