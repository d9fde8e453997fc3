import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Metrics } from '../metrics/metrics.ts';

/** Logs and counts every request once it is answered: what was refused or failed at `info`, all else at `debug`. */
export function logRequests(server: FastifyInstance, metrics: Metrics): void {
  server.addHook('onRequest', (request, reply, done) => {
    nameRequest(request, reply);
    done();
  });
  server.addHook('onResponse', (request, reply, done) => {
    noteAnswer(request, reply, metrics);
    done();
  });
}

/** Tells the caller under which id the log knows the request. */
export function nameRequest(request: FastifyRequest, reply: FastifyReply): void {
  reply.header('x-request-id', request.id);
}

/** Without the query and with nothing of headers and bodies: they may hold secrets. */
export function noteAnswer(request: FastifyRequest, reply: FastifyReply, metrics: Metrics): void {
  const { method, refusalCode } = request;
  const route = request.routeOptions?.url ?? 'none';
  const seconds = reply.elapsedTime / 1000;
  metrics.requestAnswered({ method, route, status: reply.statusCode, seconds });
  if (refusalCode) metrics.refused(refusalCode);
  if (!refusalCode && !isDebugging(request)) return;
  const line = {
    method,
    route,
    ...(route !== 'none' && { path: request.url.split('?')[0] }),
    status: reply.statusCode,
    ...(refusalCode && { code: refusalCode }),
    duration_ms: Math.round(reply.elapsedTime * 10) / 10,
    address: request.ip,
  };
  if (refusalCode) request.log.info(line, 'A request was refused');
  else request.log.debug(line, 'A request was answered');
}

/** Most requests are answered well and leave no line: none is put together for them. */
function isDebugging({ log }: FastifyRequest): boolean {
  return log.level === 'debug' || log.level === 'trace';
}
