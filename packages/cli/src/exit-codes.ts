/** What a client command ends with, for scripts to tell apart. */
export const exitCodes = {
  success: 0,
  /** An update that was waited for failed or was aborted; texts that were compared differ. */
  notAllSucceeded: 1,
  /** The server refused or cannot be reached, or the command was not used as it can be. */
  refused: 2,
  timeOver: 3,
} as const;
