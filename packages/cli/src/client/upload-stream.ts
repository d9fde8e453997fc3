import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';

type Uploaded = { status: number; headers: IncomingHttpHeaders; text: string };

// Not with fetch: where a server refuses before it has read all, that shows a broken pipe instead of the refusal.
/** Sends a stream for as long as that takes; an answer that comes before its end counts. */
export async function uploadStream(url: string, options: RequestOptions, content: Readable): Promise<Uploaded> {
  const request = (url.startsWith('https:') ? httpsRequest : httpRequest)(url, options);
  const answer = new Promise<IncomingMessage>((resolve, reject) => {
    request.once('response', resolve);
    request.once('error', reject);
    content.once('error', reject);
  });
  request.setTimeout(silenceMs, () => request.destroy(new Error(`nothing moved for ${silenceMs / 1000} s`)));
  request.flushHeaders();
  // What is refused without a look at the body is refused at once; the answer to a broken connection may be lost.
  const early = await Promise.race([answer, delay(refusalMs, null)]);
  if (early === null) content.pipe(request);
  const response = await answer.finally(() => content.unpipe(request));
  const said = await text(response);
  request.destroy();
  content.destroy();
  return { status: response.statusCode ?? 0, headers: response.headers, text: said };
}

const refusalMs = 200;
const silenceMs = 120_000;
