import { Readable } from 'node:stream';
import { uploadStream } from './upload-stream.ts';

/** A call of the API; `path` is what stands behind the server's address. */
export type Call = {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: string;
  body?: { type: string; content: string | Readable };
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
    if (call.body?.content instanceof Readable) return await upload(server, call, call.body.content);
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

/** A server that has said nothing for so long is away; a stream takes the time that it takes. */
const patienceMs = 60_000;

function requestOf(token: string, call: Call): RequestInit {
  const { method, body } = call;
  return {
    method,
    headers: headersOf(token, call),
    // A redirect would turn an order into a question, and may lead the token elsewhere.
    redirect: 'manual',
    ...(typeof body?.content === 'string' && { body: body.content }),
    signal: AbortSignal.timeout(patienceMs),
  };
}

async function upload(server: { url: string; token: string }, call: Call, content: Readable): Promise<Answered> {
  const { status, headers, text } = await uploadStream(
    server.url + call.path,
    { method: call.method, headers: headersOf(server.token, call) },
    content,
  );
  const { 'content-type': type = '', location = null, 'retry-after': after = null } = headers;
  return { status, type, text, location, retryAfterS: secondsOf(after) };
}

function headersOf(token: string, { body, idempotencyKey }: Call): Record<string, string> {
  return {
    authorization: `Bearer ${token}`,
    accept: 'application/json',
    ...(body && { 'content-type': body.type }),
    ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
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
