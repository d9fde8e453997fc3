import type { FastifyInstance, FastifyReply } from 'fastify';
import { Slots } from '../limits/slots.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { Refusal } from '../refusal.ts';

/** Refuses requests, before their bodies are read, while as many as `requestsAtOnce` are in work. */
export function limitRequests(server: FastifyInstance, requestsAtOnce: number, metrics: Metrics): void {
  const slots = new Slots(requestsAtOnce);
  server.addHook('onRequest', ({ routeOptions }, reply, done) => {
    if (routeOptions.config.isAlwaysAnswered) return done();
    const free = slots.take();
    if (free === null) return done(busy('This server has too much to do at the moment', 1, 5));
    metrics.requestBegun();
    whenClosed(reply, () => {
      free();
      metrics.requestEnded();
    });
    done();
  });
}

/** Lets downloads begin while there are fewer than `downloadsAtOnce`; others come back, not all in the same second. */
export function limitDownloads(downloadsAtOnce: number, metrics: Metrics): (reply: FastifyReply) => void {
  const slots = new Slots(downloadsAtOnce);
  return (reply) => {
    const free = slots.take();
    if (free === null) throw busy('Too many artifacts are being downloaded at the moment', 5, 30);
    metrics.downloadBegun();
    whenClosed(reply, () => {
      free();
      metrics.downloadEnded();
    });
  };
}

declare module 'fastify' {
  interface FastifyContextConfig {
    isAlwaysAnswered?: boolean;
  }
}

function busy(message: string, fromS: number, toS: number): Refusal {
  return new Refusal('unavailable', message, { retryAfterS: fromS + Math.floor(Math.random() * (toS - fromS + 1)) });
}

/** Closed is an answer that was sent, and one whose caller has gone away. */
function whenClosed({ raw }: FastifyReply, then: () => void): void {
  if (raw.closed || raw.destroyed) then();
  else raw.once('close', then);
}
