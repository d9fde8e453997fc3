import {
  agentManifestSchema,
  challengeSchema,
  type DeviceMessage,
  joinedSchema,
  type joinSchema,
  refusalBodySchema,
  registryCredentialsSchema,
  serverMessagesSchema,
  sessionGrantedSchema,
  type sessionRequestSchema,
} from '@tideway/protocol';
import { z } from 'zod';
import { type HttpAnswer, type HttpClient, httpClient } from '../system/http-client.ts';
import { reasonOf } from '../system/probes.ts';
import { limitTime } from '../system/timing.ts';
import { retryAfterS } from './retry-after.rules.ts';

/** The server answered, and not as we wished. */
export class ServerRefusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly retryAfterS: number | null;

  constructor(status: number, code: string, message: string, retryAfterS: number | null) {
    super(message);
    this.status = status;
    this.code = code;
    this.retryAfterS = retryAfterS;
  }
}

/** The server did not answer at all. */
export class ServerUnreachable extends Error {}

/** The device's calls to the server. Each throws ServerRefusal or ServerUnreachable. */
export type ServerDoor = ReturnType<typeof serverDoor>;

/** @param server base address of the server */
export function serverDoor(server: string, http: HttpClient = httpClient()) {
  const address = (path: string) => `${server}/device/v1/${path}`;
  const { call, request } = callsOver(http);
  return {
    join: (body: z.infer<typeof joinSchema>, signal: AbortSignal) =>
      call(address('join'), { method: 'POST', body, signal }, joinedSchema),

    challenge: (deviceId: string, signal: AbortSignal) =>
      call(address(`challenge?device_id=${encodeURIComponent(deviceId)}`), { signal }, challengeSchema),

    session: (body: z.infer<typeof sessionRequestSchema>, signal: AbortSignal) =>
      call(address('session'), { method: 'POST', body, signal }, sessionGrantedSchema),

    messages: (ticket: string, messages: DeviceMessage[], signal: AbortSignal) =>
      call(address('messages'), { method: 'POST', body: { messages }, ticket, signal }, serverMessagesSchema),

    /** What the server keeps of a registry that the running update needs. */
    registry: (ticket: string, name: string, signal: AbortSignal) =>
      call(address(`registries/${encodeURIComponent(name)}`), { ticket, signal }, registryCredentialsSchema),

    /** Where a channel is opened, and how. */
    channel: () => ({ address: address('channel'), agent: http.socketAgent(address('channel')) }),

    agentManifest: (signal: AbortSignal) => call(`${server}/agent/manifest.json`, { signal }, agentManifestSchema),

    /** The bytes of a file of the agent's program, or from a byte on where they have not changed since. */
    agentFile: (name: string, range: Range | undefined, signal: AbortSignal) =>
      request(`${server}/agent/files/${name}`, { headers: rangeHeaders(range), signal }),

    /** The bytes of an artifact, or from a byte on where they have not changed since `etag` was given. */
    artifact: (ticket: string, sha256: string, range: Range | undefined, signal: AbortSignal) =>
      request(address(`artifacts/${sha256}`), { ticket, headers: rangeHeaders(range), signal }),
  };
}

export type Range = { from: number; etag: string };

function rangeHeaders(range: Range | undefined): Record<string, string> {
  return range ? { range: `bytes=${range.from}-`, 'if-range': range.etag } : {};
}

type Call = {
  method?: 'GET' | 'POST';
  body?: object;
  ticket?: string;
  headers?: Record<string, string>;
  signal: AbortSignal;
};

const answerWithinMs = 30_000;

function callsOver(http: HttpClient) {
  async function call<T>(url: string, options: Call, schema: z.ZodType<T>): Promise<T> {
    const overtime = new ServerUnreachable(`${new URL(url).origin} did not answer within ${answerWithinMs / 1000} s.`);
    const body = await limitTime({ ms: answerWithinMs, overtime, signals: [options.signal] }, async (signal) => {
      const answer = await request(url, { ...options, signal });
      return answer
        .text()
        .then((text): unknown => JSON.parse(text))
        .catch(() => undefined);
    });
    const answer = schema.safeParse(body);
    if (answer.success) return answer.data;
    throw new ServerUnreachable(`${url} does not answer as a Tideway server: ${z.prettifyError(answer.error)}`);
  }

  async function request(url: string, { method = 'GET', body, ticket, headers, signal }: Call): Promise<HttpAnswer> {
    const answer = await http
      .request(url, {
        method,
        redirects: 5,
        headers: {
          ...headers,
          ...(body && { 'content-type': 'application/json' }),
          ...(ticket !== undefined && { authorization: `Bearer ${ticket}` }),
        },
        ...(body && { body: JSON.stringify(body) }),
        signal,
      })
      .catch((error: unknown) => {
        throw new ServerUnreachable(`${new URL(url).origin} cannot be reached: ${reasonOf(error)}.`);
      });
    const { status, headers: told } = answer;
    if (status >= 200 && status < 300) return answer;
    throw await refusalOf(status, told.get, () => answer.text());
  }

  return { call, request };
}

/** What an answer other than a success says. `readBody` may fail. */
export async function refusalOf(
  status: number,
  header: (name: string) => string | null,
  readBody: () => Promise<string>,
): Promise<ServerRefusal> {
  const body = refusalBodySchema.safeParse(
    await readBody()
      .then((text) => JSON.parse(text))
      .catch(() => undefined),
  );
  const message = body.success ? body.data.error_message : `The server answered with status ${status}.`;
  const askedS = retryAfterS(header('retry-after'), header('date'), Date.now());
  return new ServerRefusal(status, body.success ? body.data.code : 'unknown', message, askedS);
}
