import { Refusal, StoreUnusable } from '@tideway/server';

/** Ends the program with a sentence for people; what nobody foresaw is shown with its stack. */
export function fail(error: unknown): never {
  const isForPeople = error instanceof Refusal || error instanceof StoreUnusable || isAddressTaken(error);
  process.stderr.write(`tideway: ${isForPeople ? error.message : String((error as Error)?.stack ?? error)}\n`);
  process.exit(1);
}

function isAddressTaken(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
}
