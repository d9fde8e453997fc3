import { type DestinationStream, type Logger, pino } from 'pino';
import { describeError } from './describe-error.ts';
import { maskSecrets } from './mask-secrets.rules.ts';

export type Log = Logger;

/**
 * Log lines as JSON on standard error. No line carries a token or a secret: requests are logged without headers, bodies
 * and queries, errors without the values they quote, and what looks like a token all the same is masked.
 */
export function createLog(level: string, destination: DestinationStream = pino.destination(2)): Log {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { err: describeError },
      hooks: { streamWrite: maskSecrets },
    },
    destination,
  );
}
