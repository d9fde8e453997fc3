import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/**
 * Makes `server.close()` an orderly end: no new connection is taken, what is in flight is answered, and each connection
 * is closed after its answer instead of being kept for the next request. What is not done within `limitMs` is cut off.
 */
export function drainOnClose(server: FastifyInstance, limitMs: number): void {
  let isClosing = false;
  let limit: NodeJS.Timeout | undefined;
  let closingUnused: NodeJS.Timeout | undefined;
  const closeUnused = watchUnused(server);
  server.addHook('preClose', async () => {
    isClosing = true;
    // Not only once: the last ones are taken while the end begins.
    closingUnused = setInterval(closeUnused, 200);
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
  server.addHook('onClose', async () => {
    clearTimeout(limit);
    clearInterval(closingUnused);
  });
}

/**
 * Gives what closes the connections over which nothing was ever asked. Browsers open some beforehand, and Node.js takes
 * them for busy.
 */
function watchUnused({ server }: FastifyInstance): () => void {
  const unused = new Set<Socket>();
  function forget(this: Socket): void {
    unused.delete(this);
  }
  server.on('connection', (socket) => {
    unused.add(socket);
    socket.on('close', forget);
  });
  server.on('request', ({ socket }) => unused.delete(socket));
  return () => {
    for (const socket of unused) if (socket.bytesRead === 0) socket.destroy();
  };
}
