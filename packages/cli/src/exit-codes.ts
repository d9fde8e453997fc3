/** What a client command ends with, for scripts to tell apart. */
export const exitCodes = {
  success: 0,
  /** An update that was waited for failed or was aborted; texts that were compared differ. */
  notAllSucceeded: 1,
  /** The server refused or cannot be reached, or the command was not used as it can be. */
  refused: 2,
  timeOver: 3,
} as const;

/** What the caller can act on: its message is shown without a stack, and the program ends with its exit code. */
export class ClientError extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode: number = exitCodes.refused) {
    super(message);
    this.exitCode = exitCode;
  }
}
