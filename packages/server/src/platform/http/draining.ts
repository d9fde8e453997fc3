import type { FastifyInstance } from 'fastify';

/**
 * Makes `server.close()` an orderly end: no new connection is taken, what is in flight is answered, and each connection
 * is closed after its answer instead of being kept for the next request. What is not done within `limitMs` is cut off.
 */
export function drainOnClose(server: FastifyInstance, limitMs: number): void {
  let isClosing = false;
  let limit: NodeJS.Timeout | undefined;
  server.addHook('preClose', async () => {
    isClosing = true;
    limit = setTimeout(() => server.server.closeAllConnections(), limitMs);
  });
  server.addHook('onSend', (_request, reply, _payload, done) => {
    if (isClosing) reply.header('connection', 'close');
    done();
  });
  // An answer whose headers were sent before the end began leaves its connection open.
  server.addHook('onResponse', (_request, _reply, done) => {
    if (isClosing) setImmediate(() => server.server.closeIdleConnections());
    done();
  });
  server.addHook('onClose', async () => clearTimeout(limit));
}
