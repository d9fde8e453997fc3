import type { FastifyInstance, HTTPMethods } from 'fastify';
import { Refusal } from '../refusal.ts';
import type { Route } from './route.ts';

const methods: HTTPMethods[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/**
 * Refuses, at every address of the table, the methods that it does not take, and names those that it does. Whether the
 * address names something is not looked up: the refusal says nothing that the OpenAPI document does not.
 */
export function refuseOtherMethods(server: FastifyInstance, routes: Route[]): void {
  for (const path of new Set(routes.map((route) => route.path))) {
    const allowedMethods = routes.filter((route) => route.path === path).map(({ method }) => method);
    const refusal = () =>
      new Refusal('method_not_allowed', `This address takes only: ${allowedMethods.join(', ')}`, { allowedMethods });
    server.route({
      method: methods.filter((method) => !allowedMethods.includes(method as Route['method'])),
      url: path,
      schema: { hide: true },
      // Before the body is read: this address may have no use for one.
      onRequest: async () => {
        throw refusal();
      },
      handler: async () => {
        throw refusal();
      },
    });
  }
}
