import type { FastifyInstance } from 'fastify';
import { Refusal } from '../refusal.ts';
import type { BodyForm } from './route.ts';
import { findUnstorableText, unstorableText } from './storable-text.rules.ts';

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
    // Without a content type nothing is parsed: the bytes are there all the same.
    scope.addHook('preValidation', async (request) => {
      request.body ??= request.raw;
    });
    return;
  }
  const types = { json: jsonType, json_of_any_type: '*', json_of_any_text: jsonType, text: textType }[form];
  const parse = { json: parseJson, json_of_any_type: parseJson, json_of_any_text: parseOrRefuse, text: parseText }[
    form
  ];
  scope.addContentTypeParser(types, { parseAs: 'string' }, async (_request: unknown, body: string | Buffer) =>
    parse(String(body)),
  );
}

const jsonType = /^application\/([a-z0-9.+-]+\+)?json\b/;
const textType = /^(application|text)\/([a-z0-9.+-]+\+)?(json|yaml|x-yaml)\b/;

function parseText(text: string): string {
  if (findUnstorableText(text) !== null) throw new Refusal('invalid_request', 'The text must not contain NUL');
  return text;
}

function parseJson(text: string): unknown {
  // As many clients send a call without a body, with the content type that they always send.
  if (text === '') return undefined;
  const value = parseOrRefuse(text);
  // Only an escape can bring such a character in; looking for one is cheaper than walking every body.
  const unstorable = /\\u(0000|[dD][89a-fA-F])/.test(text) ? findUnstorableText(value) : null;
  if (unstorable === null) return value;
  throw new Refusal('invalid_request', `${unstorable || 'The request'} ${unstorableText}`, {
    ...(unstorable !== '' && { field: unstorable }),
  });
}

function parseOrRefuse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // Behind its first words the message repeats a piece of the body, which may be one of a token.
    const [said] = (error as Error).message.split(/, (?:"|\.\.\.)/);
    throw new Refusal('invalid_json', `The body must be a JSON object: ${said}`);
  }
}
