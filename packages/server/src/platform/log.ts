import { type Logger, pino } from 'pino';

export type Log = Logger;

/** Log lines as JSON on standard error. No line carries a token or a secret: requests are logged without bodies. */
export function createLog(level: string): Log {
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination(2));
}
