import { exitCodes } from './exit-codes.ts';

/** What the caller can act on: its message is shown without a stack. */
export class ClientError extends Error {
  readonly exitCode = exitCodes.refused;
}
