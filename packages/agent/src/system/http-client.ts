import { Agent, type IncomingMessage, request as requestPlain } from 'node:http';
import { request as requestSecure, Agent as SecureAgent } from 'node:https';
import { noProxies, type ProxySettings, proxyAuthorization, proxyOf } from './proxy.rules.ts';
import { PlainTunnels, SecureTunnels } from './proxy-tunnel.ts';
import { onAnyAborted } from './timing.ts';

export type HttpRequest = {
  method?: 'GET' | 'POST';
  body?: string;
  headers?: Record<string, string>;
  /** How often the answer may send us elsewhere; no credentials go to another host. */
  redirects?: number;
  signal: AbortSignal;
};

/** An answer, whatever its status. Its body has to be read or cancelled. */
export type HttpAnswer = {
  status: number;
  headers: { get: (name: string) => string | null };
  body: AsyncIterable<Uint8Array> & { cancel: () => Promise<void> };
  /** The body as text; rejects one that is longer than any answer of a server. */
  text: () => Promise<string>;
};

/**
 * Calls over HTTP. Not `fetch`: on Node 20 it knows no proxies, and takes more memory and time for a large body.
 * Rejects with the signal's reason, or with an error that says why nobody answered.
 */
export type HttpClient = {
  request: (url: string, request: HttpRequest) => Promise<HttpAnswer>;
  /** What opens the connection of a WebSocket; undefined for the usual way. */
  socketAgent: (url: string) => Agent | undefined;
};

/** A client that keeps its connections for the next call. */
export function httpClient(proxies: ProxySettings = noProxies): HttpClient {
  const plain = new Agent(keptOpen);
  const secure = new SecureAgent(keptOpen);
  const tunnels = proxies.https && new SecureTunnels(proxies.https, keptOpen);
  const plainProxy = proxies.http?.protocol === 'https:' ? secure : plain;

  const send: Send = (url, asked) => {
    const proxy = proxyOf(url, proxies);
    if (url.protocol === 'https:') return requestSecure(url, { ...asked, agent: (proxy && tunnels) ?? secure });
    if (proxy === null) return requestPlain(url, { ...asked, agent: plain });
    const authorization = proxyAuthorization(proxy);
    const headers = { ...asked.headers, ...(authorization && { 'proxy-authorization': authorization }) };
    const request = proxy.protocol === 'https:' ? requestSecure : requestPlain;
    // RFC 9112, 3.2.2: a proxy is asked for the whole address.
    const whole = `${url.origin}${url.pathname}${url.search}`;
    return request(new URL(proxy.origin), {
      ...asked,
      path: whole,
      headers: { host: url.host, ...headers },
      agent: plainProxy,
    });
  };
  return {
    request: (url, request) =>
      follow(send, new URL(url), request).catch((error: unknown) => {
        const proxy = request.signal.aborted ? null : proxyOf(new URL(url), proxies);
        if (proxy === null || !(error instanceof Error) || error.message.startsWith('the proxy')) throw error;
        throw new Error(`${error.message} (through the proxy ${proxy.host})`, { cause: error });
      }),
    socketAgent: (address) => {
      const url = new URL(address);
      const proxy = proxyOf(url, proxies);
      if (proxy === null) return undefined;
      const isSecure = url.protocol === 'https:' || url.protocol === 'wss:';
      return isSecure ? new SecureTunnels(proxy, {}) : new PlainTunnels(proxy);
    },
  };
}

const keptOpen = { keepAlive: true };

type Asked = { method: string; headers: Record<string, string> };
type Send = (url: URL, asked: Asked) => ReturnType<typeof requestPlain>;

async function follow(send: Send, url: URL, request: HttpRequest): Promise<HttpAnswer> {
  const { method = 'GET', redirects = 0, headers = {}, signal } = request;
  const response = await respond(send, url, request);
  const status = response.statusCode ?? 0;
  const { location } = response.headers;
  const isMoved = [307, 308].includes(status) || (method === 'GET' && [301, 302, 303].includes(status));
  if (!isMoved || redirects === 0 || location === undefined) return answerOf(response, signal);
  response.destroy();
  const next = new URL(location, url);
  if (url.protocol === 'https:' && next.protocol !== 'https:') {
    throw new Error(`${url.origin} sends us to ${next.origin}, which is not secure`);
  }
  const { authorization, ...open } = headers;
  const kept = next.origin === url.origin && authorization !== undefined ? { authorization } : {};
  return follow(send, next, { ...request, redirects: redirects - 1, headers: { ...open, ...kept } });
}

async function respond(send: Send, url: URL, request: HttpRequest): Promise<IncomingMessage> {
  const { method = 'GET', headers = {}, body, signal } = request;
  signal.throwIfAborted();
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  const sending = send(url, { method, headers: { ...headers, ...length } });
  const silence = setTimeout(() => sending.destroy(silent()), silenceMs);
  const unlink = onAnyAborted([signal], () => sending.destroy());
  try {
    return await new Promise<IncomingMessage>((resolve, reject) => {
      sending.once('response', resolve);
      // What breaks after the answer has begun shows in its body.
      sending.on('error', reject);
      sending.end(body);
    });
  } catch (error) {
    signal.throwIfAborted();
    // The server may close a kept connection in the very moment that it is used again.
    if (sending.reusedSocket && wasClosed(error)) return respond(send, url, request);
    throw error;
  } finally {
    clearTimeout(silence);
    unlink();
  }
}

function wasClosed(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
}

function answerOf(response: IncomingMessage, signal: AbortSignal): HttpAnswer {
  const body = {
    [Symbol.asyncIterator]: () => piecesOf(response, signal),
    cancel: async () => {
      response.destroy();
    },
  };
  const get = (name: string) => {
    const value = response.headers[name.toLowerCase()];
    return Array.isArray(value) ? value.join(', ') : (value ?? null);
  };
  return { status: response.statusCode ?? 0, headers: { get }, body, text: () => textOf(body) };
}

/** The pieces of a body as they come. A connection that says nothing for long is as good as broken. */
async function* piecesOf(response: IncomingMessage, signal: AbortSignal): AsyncGenerator<Uint8Array, void, undefined> {
  const unlink = onAnyAborted([signal], (reason) => response.destroy(asError(reason)));
  const pieces: AsyncIterator<Uint8Array> = response[Symbol.asyncIterator]();
  try {
    for (;;) {
      // Only while we wait for it: who reads slowly is not to be cut off.
      const silence = setTimeout(() => response.destroy(silent()), silenceMs);
      const next = await pieces.next().finally(() => clearTimeout(silence));
      if (next.done) break;
      yield next.value;
    }
  } finally {
    unlink();
    response.destroy();
  }
}

async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of body) {
    bytes += piece.byteLength;
    if (bytes > longestText) throw new Error('the answer is too long');
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}

function silent(): Error {
  return new Error(`nothing came for ${silenceMs / 1000} s`);
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}

const silenceMs = 60_000;
const longestText = 32 * 2 ** 20;
