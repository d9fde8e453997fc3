import { statSync } from 'node:fs';
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

/** Addresses of programs, and of files: a browser that asks there gets what a program would. */
const addressesWithoutPages = /^\/(api|v1|v2|device|agent|assets)(\/|$)/;
/** A name as files of a build have it: nothing hidden, and no way out of the folder. */
const nameOfFile = /^\/((?:[\w-][\w.-]*\/)*[\w-][\w.-]*)$/;
/** What is given out in another way than by its own name: a page with its policy, a compressed twin in place of a file. */
const namesOfNoFile = /(^|\/)index\.html$|\.(gz|br)$/;

/**
 * Gives out a built dashboard from a folder: its files by their names, its page for every other address that a browser
 * asks for. The folder may be replaced while the server runs. While it has no page, nothing is given out.
 */
export async function servePages(server: FastifyInstance, folder: string): Promise<AnswerPage> {
  await server.register(fastifyStatic, {
    serve: false,
    preCompressed: true,
    cacheControl: false,
    setHeaders: (response, path) => {
      response.setHeader('x-content-type-options', 'nosniff');
      // Names of these files hold a hash of what is in them.
      response.setHeader(
        'cache-control',
        path.startsWith(join(folder, 'assets/')) ? 'public, max-age=31536000, immutable' : 'no-cache',
      );
    },
  });
  return (request, reply) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return false;
    const address = request.url.split('?')[0] ?? '';
    const file = fileAt(address);
    if (file !== null && isFile(join(folder, file))) {
      reply.status(200).sendFile(file, folder);
      return true;
    }
    if (!asksForPage(request, address) || !isFile(join(folder, 'index.html'))) return false;
    reply.header('content-security-policy', contentSecurityPolicy);
    reply.header('referrer-policy', 'no-referrer');
    reply.header('cross-origin-opener-policy', 'same-origin');
    reply.status(200).sendFile('index.html', folder);
    return true;
  };
}

function fileAt(address: string): string | null {
  const file = nameOfFile.exec(address)?.[1] ?? null;
  return file === null || namesOfNoFile.test(file) ? null : file;
}

function isFile(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
  } catch {
    // As a name that no file system takes.
    return false;
  }
}

function asksForPage({ headers }: FastifyRequest, address: string): boolean {
  return (headers.accept ?? '').includes('text/html') && !addressesWithoutPages.test(address);
}
