import { createHash, timingSafeEqual } from 'node:crypto';
import { Readable } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import type { Deps } from '../deps.ts';
import { type Access, defineRoute, type Route } from '../http/route.ts';
import { type RateLimits, refuseAttempt } from '../limits/limits.ts';
import { Refusal } from '../refusal.ts';

/** `/metrics`, for Prometheus. */
export function metricsRoutes({ metrics, rates, settings }: Pick<Deps, 'metrics' | 'rates' | 'settings'>): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/metrics',
      tag: 'Health',
      summary: 'What the server does and how it feels, in the text format of Prometheus',
      access: settings.metricsToken === null ? onThisMachine : withToken(settings.metricsToken, rates),
      isAlwaysAnswered: true,
      streams: metrics.contentType,
      handle: async () => Readable.from([await metrics.text()]),
    }),
  ];
}

/** Behind a proxy on this machine everybody seems to be here, so that who comes through one is not let in. */
const onThisMachine: Access<null> = {
  needs: 'to call from the same machine, or the token of the setting TIDEWAY_METRICS_TOKEN where there is one',
  role: null,
  admit: async ({ socket, headers }) => {
    const isForwarded = ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'].some(
      (name) => headers[name] !== undefined,
    );
    if (isLoopback(socket.remoteAddress) && !isForwarded) return null;
    throw new Refusal('forbidden', 'Metrics are read on this machine, or with the token in TIDEWAY_METRICS_TOKEN');
  },
};

function withToken(token: string, { failures }: RateLimits): Access<null> {
  return {
    needs: 'the token of the setting TIDEWAY_METRICS_TOKEN',
    role: null,
    admit: async ({ headers, ip }: FastifyRequest) => {
      if (isSame(headers.authorization ?? '', `Bearer ${token}`)) return null;
      const needed = 'Metrics need the token of TIDEWAY_METRICS_TOKEN: Authorization: Bearer <token>';
      return refuseAttempt(ip, failures, new Refusal('invalid_token', needed));
    },
  };
}

function isLoopback(address = ''): boolean {
  return /^(::ffff:)?127\.|^::1$/.test(address);
}

/** Compares in the same time whatever the difference; hashes have the same length. */
function isSame(given: string, expected: string): boolean {
  const [a, b] = [given, expected].map((text) => createHash('sha256').update(text).digest());
  return a !== undefined && b !== undefined && timingSafeEqual(a, b);
}
