import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** Answers what no route does with the one page of the dashboard; false where it has nothing to say. */
export type AnswerPage = (request: FastifyRequest, reply: FastifyReply) => boolean;

/** What pages may load and run: nothing from elsewhere, and no script that stands in a page (CSP level 3). */
const contentSecurityPolicy = [
  "default-src 'self'",
  "script-src 'self'",
  // Components and the editor place things by styles that they make as they go.
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

/** Addresses of programs: a browser that asks there gets what a program would. */
const addressesOfPrograms = /^\/(api|v1|v2|device|agent)(\/|$)/;

/**
 * Gives out a built dashboard from a folder: its files by their names, its page for every other address that a browser
 * asks for. Where the folder has no page, nothing is given out.
 */
export async function servePages(server: FastifyInstance, folder: string): Promise<AnswerPage> {
  if (!existsSync(join(folder, 'index.html'))) return () => false;
  await server.register(fastifyStatic, {
    root: folder,
    wildcard: false,
    index: false,
    preCompressed: true,
    globIgnore: ['**/*.{gz,br}', '**/index.html'],
    schemaHide: true,
    cacheControl: false,
    setHeaders: (response, path) => {
      response.setHeader('x-content-type-options', 'nosniff');
      // Names of these files hold a hash of what is in them.
      response.setHeader(
        'cache-control',
        path.includes('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
      );
    },
  });
  return (request, reply) => {
    if (!asksForPage(request)) return false;
    reply.header('content-security-policy', contentSecurityPolicy);
    reply.header('referrer-policy', 'no-referrer');
    reply.header('cross-origin-opener-policy', 'same-origin');
    reply.status(200).sendFile('index.html');
    return true;
  };
}

function asksForPage({ method, url, headers }: FastifyRequest): boolean {
  if (method !== 'GET' && method !== 'HEAD') return false;
  return (headers.accept ?? '').includes('text/html') && !addressesOfPrograms.test(url.split('?')[0] ?? '');
}
