import type { ErrorCode, Fault, RefusalBody } from '@tideway/protocol';

/** What the server refused, in its own words; `field` names the place in what was sent. */
export class Refused extends Error {
  readonly status: number;
  readonly code: ErrorCode;
  readonly field: string | null;
  readonly faults: Fault[];

  constructor(status: number, body: RefusalBody) {
    super(body.error_message);
    this.name = 'Refused';
    this.status = status;
    this.code = body.code;
    this.field = body.field ?? null;
    this.faults = body.errors ?? [];
  }
}

/** The sentence to show for whatever went wrong. */
export function sentenceOf(error: unknown): string {
  // The server speaks of tokens, of which somebody at a page has none.
  if (error instanceof Refused && error.code === 'invalid_token')
    return 'Your session has ended. Sign in again to go on.';
  return error instanceof Error ? error.message : String(error);
}
