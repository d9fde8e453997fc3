import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { type HttpAnswer, httpClient } from './http-client.ts';

/** Null where something listens there, else why not, in one sentence. */
export async function probeTcp(host: string, port: number, signal: AbortSignal): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, signal });
    const end = (fault: string | null) => {
      socket.destroy();
      resolve(fault);
    };
    socket.once('connect', () => end(null));
    socket.once('error', (error) => end(`${host}:${port} does not answer: ${reasonOf(error)}.`));
  });
}

export type HttpExpectation = { url: string; status: number; body: string | null };

/** Directly, whatever proxy the agent uses: what is checked is on the device, or near. */
const http = httpClient();

/** Null where the answer has the status and its first megabyte holds the text, else what is different. */
export async function probeHttp({ url, status, body }: HttpExpectation, signal: AbortSignal): Promise<string | null> {
  try {
    const response = await http.request(url, { signal });
    if (response.status !== status) {
      await response.body.cancel();
      return `${url} answers with status ${response.status} instead of ${status}.`;
    }
    const text = await beginningOfBody(response);
    return body === null || text.includes(body) ? null : `The answer of ${url} does not contain "${body}".`;
  } catch (error) {
    return `${url} does not answer: ${reasonOf(error)}.`;
  }
}

/** Null where the file or folder is there, else that it is not. */
export function probeFile(file: string): string | null {
  return existsSync(file) ? null : `${file} is not there.`;
}

async function beginningOfBody(response: HttpAnswer): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of response.body) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > 1_000_000) break;
  }
  return text;
}

/** Why something failed, in few words: what lies deepest says most, and some errors of Node.js have only a code. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError' || error.name === 'AbortError') return 'no answer in time';
  if (error.cause instanceof Error) return reasonOf(error.cause);
  return error.message || ('code' in error ? String(error.code) : error.name);
}
