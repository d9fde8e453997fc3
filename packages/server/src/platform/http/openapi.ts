import swagger from '@fastify/swagger';
import { refusalBodySchema } from '@tideway/protocol';
import type { FastifyInstance, FastifySchema } from 'fastify';
import { jsonSchemaTransform } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Route } from './route.ts';

/** Makes the server collect its routes as an OpenAPI 3.1 document, from the schemas that check the requests. */
export async function describeRoutes(server: FastifyInstance, version: string): Promise<void> {
  await server.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Tideway',
        version,
        description: 'Deploys software updates over the air to fleets of Linux and IoT devices.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      servers: [{ url: '/' }],
      components: { securitySchemes: { accessToken: { type: 'http', scheme: 'bearer' } } },
    },
    transform: jsonSchemaTransform,
  });
}

/** What a route tells the framework and the document about itself. */
export function schemaOf(route: Route): FastifySchema {
  const status = route.status ?? 200;
  return {
    tags: [route.tag],
    summary: route.summary,
    operationId: operationId(route),
    ...(route.access.role !== null && { description: `Needs the role ${route.access.needs}.` }),
    security: route.access.needs === 'nothing' ? [] : [{ accessToken: [] }],
    ...(route.params && { params: route.params }),
    ...(route.query && { querystring: route.query }),
    ...(route.body && route.bodyForm !== 'stream' && { body: route.body }),
    response: { [status]: answerOf(route), ...route.alsoAnswers, '4xx': refusalBodySchema.describe('A refusal') },
  } as FastifySchema;
}

function answerOf(route: Route): unknown {
  if (route.answer) return route.answer;
  if (route.streams) return { description: 'The bytes', content: { [route.streams]: { schema: z.any() } } };
  return z.null().describe('Done');
}

function operationId(route: Route): string {
  const words = route.path
    .replace('*', 'path')
    .split(/[^A-Za-z0-9_]+/)
    .filter((word) => word !== '');
  return [route.method.toLowerCase(), ...words].join('_');
}
