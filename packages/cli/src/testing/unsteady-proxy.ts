import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** What the proxy does to a call: its answer is lost after the server has done it, or it is turned away before. */
export type Trouble = 'lost_answer' | 'turned_away';

/** A way to a server on which the calls of one method meet trouble, one each, in this order; then it is steady. */
export async function startUnsteadyProxy(target: string, method: string, troubles: Trouble[], port = 0) {
  const left = [...troubles];
  const proxy = createServer(async (request, response) => {
    const trouble = request.method === method ? left.shift() : undefined;
    const body = await buffer(request);
    if (trouble === 'turned_away') {
      response.writeHead(503, { 'content-type': 'text/plain', 'retry-after': '1' }).end('away');
      return;
    }
    const headers = new Headers();
    for (const [name, value] of Object.entries(request.headers)) {
      if (/^(authorization|content-type|idempotency-key)$/.test(name)) headers.set(name, String(value));
    }
    const hasBody = request.method !== 'GET' && body.length > 0;
    const answer = await fetch(target + request.url, {
      method: request.method ?? 'GET',
      headers,
      ...(hasBody && { body: new Uint8Array(body) }),
    });
    const text = await answer.text();
    if (trouble === 'lost_answer') response.destroy();
    else response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' }).end(text);
  });
  await new Promise<void>((resolve) => proxy.listen(port, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    stop: async () => {
      const closed = new Promise((resolve) => proxy.close(resolve));
      proxy.closeAllConnections();
      await closed;
    },
  };
}
