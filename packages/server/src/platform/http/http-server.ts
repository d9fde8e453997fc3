import { Readable } from 'node:stream';
import fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify';
import { serializerCompiler } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Deps, Settings } from '../deps.ts';
import { Refusal } from '../refusal.ts';
import { bodyLimitBytes, readBodiesAs, streamedBody } from './body-parsers.ts';
import { drainOnClose } from './draining.ts';
import { describeRoutes, schemaOf } from './openapi.ts';
import { refuseOtherMethods } from './other-methods.ts';
import { limitDownloads, limitRequests } from './overload.ts';
import { type AnswerPage, servePages } from './pages.ts';
import { answerError, invalidRequest, unstorableText } from './refusals.ts';
import { requestId } from './request-id.ts';
import { logRequests, nameRequest, noteAnswer } from './request-log.ts';
import type { BodyForm, Call, Route } from './route.ts';
import { findUnstorableText } from './storable-text.rules.ts';
import { checkAgainst } from './validation.rules.ts';

/** Body schemas that only describe: their use cases check the bodies themselves. */
const describingSchemas = new WeakSet<z.ZodType>();

/** A connection on which nothing moves for so long is closed. */
const silentConnectionMs = 120_000;
/** What is in flight when the server is stopped has so long to end. */
const drainForMs = 20_000;

type HttpDeps = Pick<Deps, 'log' | 'metrics'> & {
  settings: Pick<Settings, 'limits' | 'trustedProxies' | 'dashboardFiles'>;
};

const bodyForms: BodyForm[] = ['json', 'json_of_any_type', 'json_of_any_text', 'text', 'stream'];

/** An HTTP server with these routes, not yet listening. Its OpenAPI document is what `swagger()` gives. */
export async function createHttpServer(
  routes: Route[],
  { log, metrics, settings }: HttpDeps,
  version: string,
): Promise<FastifyInstance> {
  const logger: FastifyBaseLogger = log;
  const server: FastifyInstance = fastify({
    loggerInstance: logger,
    genReqId: requestId,
    logController: new LogController({ disableRequestLogging: true }),
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 2048 },
    exposeHeadRoutes: false,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    connectionTimeout: silentConnectionMs,
    trustProxy: settings.trustedProxies.length > 0 ? settings.trustedProxies : false,
    // Hooks do not run for addresses that cannot be read.
    frameworkErrors: (_error, request, reply) => {
      nameRequest(request, reply);
      answerNotFound(reply);
      noteAnswer(request, reply, metrics);
    },
  });
  server.setErrorHandler(answerError);
  let answerPage: AnswerPage = () => false;
  server.setNotFoundHandler((request, reply) => {
    if (!answerPage(request, reply)) answerNotFound(reply);
  });
  server.setValidatorCompiler(
    ({ schema, httpPart }) =>
      (data) =>
        validate(schema as unknown as z.ZodType, httpPart, data),
  );
  server.setSerializerCompiler(serializerCompiler);
  server.decorateRequest('caller', null);
  server.decorateRequest('refusalCode', null);
  logRequests(server, metrics);
  limitRequests(server, settings.limits.requestsAtOnce, metrics);
  drainOnClose(server, drainForMs);
  const beginDownload = limitDownloads(settings.limits.downloadsAtOnce, metrics);
  await describeRoutes(server, version);
  for (const form of bodyForms) {
    await server.register(async (scope) => {
      readBodiesAs(scope, form);
      for (const route of routes) if ((route.bodyForm ?? 'json') === form) addRoute(scope, route, beginDownload);
    });
  }
  refuseOtherMethods(server, routes);
  answerPage = await servePages(server, settings.dashboardFiles);
  return server;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Who calls, as the route's access found out. */
    caller: unknown;
  }
}

function addRoute(scope: FastifyInstance, route: Route, beginDownload: (reply: FastifyReply) => void): void {
  if (route.bodyIsCheckedInside) describingSchemas.add(route.body);
  scope.route({
    method: route.method,
    url: route.path,
    bodyLimit: bodyLimitBytes(route.bodyForm ?? 'json'),
    schema: schemaOf(route),
    config: { bodyForm: route.bodyForm ?? 'json', ...(route.isAlwaysAnswered && { isAlwaysAnswered: true }) },
    onRequest: async (request, reply) => {
      request.caller = await route.access.admit(request);
      if (route.isDownload) beginDownload(reply);
    },
    handler: async (request, reply) => {
      reply.status(route.status ?? 200);
      const body = route.bodyForm === 'stream' ? streamedBody(request) : request.body;
      const answer = await route.handle(callOf(route, request, reply, body));
      if (answer instanceof Readable) return reply.type(route.streams ?? 'application/octet-stream').send(answer);
      return reply.send(answer ?? null);
    },
  });
}

function callOf(
  route: Route,
  request: FastifyRequest,
  reply: FastifyReply,
  body: unknown,
): Call<unknown, unknown, unknown, unknown> {
  return {
    caller: request.caller,
    params: request.params,
    query: request.query,
    body,
    address: request.ip,
    headers: request.headers,
    isSecure: request.protocol === 'https',
    setHeader: (name, value) => reply.header(name, value),
    setStatus: (status) => reply.status(status),
    admitAgain: () => route.access.admit(request),
    signal: request.signal,
  };
}

function validate(schema: z.ZodType, part: string | undefined, data: unknown): { value: unknown } | { error: Error } {
  if (part === 'params' && findUnstorableText(data) !== null) return { error: notFound() };
  if (part === 'body' && schema instanceof z.ZodObject && !isObject(data)) {
    return { error: new Refusal('invalid_json', 'The body must be a JSON object') };
  }
  if (describingSchemas.has(schema)) return { value: data };
  const unstorable = part === 'querystring' ? findUnstorableText(data) : null;
  if (unstorable !== null) return { error: unstorableText(unstorable) };
  const checked = checkAgainst(schema, data);
  if ('value' in checked) return checked;
  return { error: part === 'params' ? notFound() : invalidRequest(checked.faults) };
}

function isObject(data: unknown): boolean {
  return typeof data === 'object' && data !== null && !Array.isArray(data);
}

function notFound(): Refusal {
  return new Refusal('not_found', 'There is nothing at this address, or nothing that this token may see');
}

function answerNotFound(reply: FastifyReply): void {
  answerError(notFound(), reply.request, reply);
}
