/** A call of the API; `path` is what stands behind the server's address. */
export type Call = {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: string;
  body?: { type: string; content: string | ReadableStream };
  /** With it the server does an order once, however often it is sent. */
  idempotencyKey?: string;
};

/** What the server answered to a call, or why there is no answer: a stable word, and a sentence. */
export type Answered = {
  status: number;
  type: string;
  text: string;
  location: string | null;
  retryAfterS: number | null;
};
export type Unanswered = { fault: string; message: string };

/** Calls the server once. */
export async function makeCall(server: { url: string; token: string }, call: Call): Promise<Answered | Unanswered> {
  try {
    const response = await fetch(server.url + call.path, requestOf(server.token, call));
    return {
      status: response.status,
      type: response.headers.get('content-type') ?? '',
      text: await response.text(),
      location: response.headers.get('location'),
      retryAfterS: secondsOf(response.headers.get('retry-after')),
    };
  } catch (error) {
    return unanswered(error);
  }
}

/** A server that has said nothing for so long is away; what is streamed takes the time that it takes. */
const patienceMs = 60_000;

function requestOf(token: string, { method, body, idempotencyKey }: Call): RequestInit {
  const isStream = typeof body?.content === 'object';
  return {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      accept: 'application/json',
      ...(body && { 'content-type': body.type }),
      ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
    },
    // A redirect would turn an order into a question, and may lead the token elsewhere.
    redirect: 'manual',
    ...(body && { body: body.content }),
    ...(isStream ? { duplex: 'half' } : { signal: AbortSignal.timeout(patienceMs) }),
  };
}

function unanswered(error: unknown): Unanswered {
  if (!(error instanceof Error)) return { fault: 'unknown', message: String(error) };
  if (error.name === 'TimeoutError') return { fault: error.name, message: `no answer for ${patienceMs / 1000} s` };
  const cause = error.cause instanceof Error ? error.cause : error;
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.name;
  // Where a name has several addresses, the cause is a list of faults without a message of its own.
  return { fault: code, message: cause.message === '' ? code : cause.message };
}

function secondsOf(header: string | null): number | null {
  return header !== null && /^\d{1,6}$/.test(header) ? Number(header) : null;
}
