import type { IncomingMessage } from 'node:http';
import proxyAddr from '@fastify/proxy-addr';

/** Where a request comes from: the word of a proxy counts where it is one of those that are trusted. */
export function callerAddress(request: IncomingMessage, trustedProxies: string[]): string {
  return trustedProxies.length === 0 ? (request.socket.remoteAddress ?? '') : proxyAddr(request, trustedProxies);
}
