import type { ErrorCode, Fault } from '@tideway/protocol';

export type RefusalDetails = {
  /** Path of the field in the caller's request, as `devices_filter.filters[1].operand`. */
  field?: string;
  /** All faults, where there are several. */
  errors?: Fault[];
  /** Seconds after which trying again makes sense. */
  retryAfterS?: number;
  /** Methods that the address takes. */
  allowedMethods?: string[];
};

/** Something a caller can act on. Everything else that is thrown is a bug, and becomes status 500. */
export class Refusal extends Error {
  readonly code: ErrorCode;
  readonly details: RefusalDetails;

  constructor(code: ErrorCode, message: string, details: RefusalDetails = {}) {
    super(message);
    this.name = 'Refusal';
    this.code = code;
    this.details = details;
  }
}
