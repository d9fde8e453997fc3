import { Refusal, StoreUnusable } from '@tideway/server';

/** Ends the program with a sentence for people; an error that nobody foresaw is shown with its stack. */
export function fail(cause: unknown): never {
  process.stderr.write(`tideway: ${sentenceOf(cause)}\n`);
  process.exit(1);
}

function sentenceOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const isForPeople = cause instanceof Refusal || cause instanceof StoreUnusable || isAddressTaken(cause);
  return isForPeople ? cause.message : (cause.stack ?? cause.message);
}

function isAddressTaken(error: Error): boolean {
  return 'code' in error && (error.code === 'EADDRINUSE' || error.code === 'EACCES');
}
