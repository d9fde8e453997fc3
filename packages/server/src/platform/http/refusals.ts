import type { ErrorCode, Fault, RefusalBody } from '@tideway/protocol';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { isDatabaseAway } from '../database/is-database-away.ts';
import { Refusal } from '../refusal.ts';
import type { BodyForm } from './route.ts';
import { statusOf } from './status-codes.ts';
import { storableExpectation } from './storable-text.rules.ts';

/** Answers with a refusal for everything that is thrown, and keeps the details of bugs in the log. */
export function answerError(error: FastifyError | Error, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const refusal = asRefusal(error, request);
  request.refusalCode = refusal.code;
  if (refusal.code === 'internal') request.log.error({ err: error }, 'A request failed');
  // Nobody gets this answer, and what is never answered has no other line.
  if (isBrokenOff(error, request)) request.log.info('A request broke off in the middle of its body');
  const { retryAfterS, allowedMethods } = refusal.details;
  if (retryAfterS !== undefined) reply.header('retry-after', retryAfterS);
  if (allowedMethods !== undefined) reply.header('allow', allowedMethods.join(', '));
  // What has not arrived of the body would be in the way of the next request on this connection.
  if (!request.raw.complete) reply.header('connection', 'close');
  return reply.status(statusOf[refusal.code]).type('application/json').serializer(JSON.stringify).send(bodyOf(refusal));
}

declare module 'fastify' {
  interface FastifyRequest {
    /** How the request was refused; null where it was not. */
    refusalCode: ErrorCode | null;
  }
  interface FastifyContextConfig {
    bodyForm?: BodyForm;
  }
}

/** A refusal that lists what is wrong with a request; the first fault speaks for all. */
export function invalidRequest(faults: Fault[]): Refusal {
  return refusalOf('invalid_request', faults);
}

/** The same with another code. */
export function refusalOf(code: ErrorCode, faults: Fault[]): Refusal {
  const [first] = faults;
  if (first === undefined) throw new Error('A request was refused without a fault');
  return new Refusal(code, first.message, {
    ...(first.path !== '' && { field: first.path }),
    ...(faults.length > 1 && { errors: faults }),
  });
}

/** Refuses a text that cannot be kept; `field` is where it stands, empty for the whole. */
export function unstorableText(field: string): Refusal {
  return invalidRequest([{ path: field, message: `${field || 'The request'} ${storableExpectation}` }]);
}

/** The body that a refusal is answered with. */
export function bodyOf({ message, code, details }: Refusal): RefusalBody {
  return {
    error_message: message,
    code,
    ...(details.field !== undefined && { field: details.field }),
    ...(details.errors !== undefined && { errors: details.errors }),
  };
}

function asRefusal(error: FastifyError | Error, request: FastifyRequest): Refusal {
  if (error instanceof Refusal) return error;
  if (isBrokenOff(error, request)) return new Refusal('invalid_request', 'The body broke off before its end');
  if (isDiskFull(error)) {
    return new Refusal('unavailable', 'The disk of the server is full: nothing can be kept at the moment', {
      retryAfterS: 30,
    });
  }
  if (isDatabaseAway(error)) {
    return new Refusal('unavailable', 'The database cannot be reached at the moment', { retryAfterS: 2 });
  }
  const code = 'code' in error ? error.code : undefined;
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    const limitMiB = request.routeOptions.bodyLimit / (1024 * 1024);
    return new Refusal('too_large', `The body must have at most ${limitMiB} MiB`);
  }
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') {
    const { bodyForm } = request.routeOptions.config;
    const types = bodyForm === 'text' ? 'application/yaml or application/json' : 'application/json';
    return new Refusal('unsupported_media_type', `This call does not take that content type: send ${types}`);
  }
  if (code === 'FST_ERR_CTP_INVALID_CONTENT_LENGTH') {
    return new Refusal('invalid_request', 'The body is not as long as content-length says');
  }
  return new Refusal('internal', `Something went wrong on our side (request ${request.id})`);
}

/** The caller has gone away while its body was read. */
function isBrokenOff(error: Error, { raw }: FastifyRequest): boolean {
  return error === raw.errored;
}

/** Also the disk of the database. */
function isDiskFull(error: Error): boolean {
  return 'code' in error && ['ENOSPC', 'EDQUOT', '53100'].includes(String(error.code));
}
