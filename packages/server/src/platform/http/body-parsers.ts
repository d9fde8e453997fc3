import type { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Refusal } from '../refusal.ts';
import { findJsonBreak } from './json-break.rules.ts';
import { isNestedTooDeeply, nestingExpectation } from './nesting.rules.ts';
import { unstorableText } from './refusals.ts';
import type { BodyForm } from './route.ts';
import { findUnstorableText } from './storable-text.rules.ts';

const mebibyte = 1024 * 1024;

/** Bytes that a body of this form may have. A stream is limited by its use case. */
export function bodyLimitBytes(form: BodyForm): number {
  // An agent says 150 reports and 64 KiB of output in one call. JSON escapes control characters to six times their
  // length, and a call that is refused for its length would come again for ever.
  return form === 'json_of_any_text' ? 4 * mebibyte : mebibyte;
}

/** Makes the routes of this scope read their bodies in one form. */
export function readBodiesAs(scope: FastifyInstance, form: BodyForm): void {
  scope.removeAllContentTypeParsers();
  if (form === 'stream') {
    scope.addContentTypeParser('*', async (_request: unknown, payload: unknown) => payload);
    return;
  }
  const types = { json: jsonType, json_of_any_type: '*', json_of_any_text: jsonType, text: textType }[form];
  const parse = { json: parseJson, json_of_any_type: parseJson, json_of_any_text: parseOrRefuse, text: asItIs }[form];
  scope.addContentTypeParser(types, { parseAs: 'string' }, async (_request: unknown, body: string | Buffer) =>
    parse(String(body)),
  );
}

/** The bytes of a body as they arrive. Without the headers of a body there is none; an empty one is a file as any other. */
export function streamedBody({ raw }: FastifyRequest): Readable {
  if (raw.headers['content-length'] !== undefined || raw.headers['transfer-encoding'] !== undefined) return raw;
  throw new Refusal('invalid_request', 'The body is missing: send the bytes of the file, as with curl --upload-file');
}

const jsonType = /^application\/([a-z0-9.+-]+\+)?json\b/;
const textType = /^(application|text)\/([a-z0-9.+-]+\+)?(json|yaml|x-yaml)\b/;

function asItIs(text: string): string {
  return text;
}

function parseJson(text: string): unknown {
  const value = parseOrRefuse(text);
  // Only an escape can bring such a character in; looking for one is cheaper than walking every body.
  const unstorable = /\\u(0000|[dD][89a-fA-F])/.test(text) ? findUnstorableText(value) : null;
  if (unstorable !== null) throw unstorableText(unstorable);
  return value;
}

/** Many clients name a content type also where they send nothing: that is no body. */
function parseOrRefuse(text: string): unknown {
  if (text.trim() === '') return undefined;
  const value = parse(text);
  if (isNestedTooDeeply(value)) throw new Refusal('invalid_request', `The body ${nestingExpectation}`);
  return value;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own message quotes what stands there, and that may be a token.
    const { line, column } = findJsonBreak(text);
    throw new Refusal('invalid_json', `The body is not valid JSON: see line ${line}, column ${column}`);
  }
}
