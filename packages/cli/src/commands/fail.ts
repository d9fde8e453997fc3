import { Refusal, StoreUnusable } from '@tideway/server';

/** Ends the program with a sentence for people; an error that nobody foresaw is shown with its stack. */
export function fail(cause: unknown): never {
  process.stderr.write(`tideway: ${sentenceOf(cause)}\n`);
  process.exit(1);
}

function sentenceOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  if (isAddressNotHad(cause)) return `${cause.message}: set another TIDEWAY_PORT or TIDEWAY_HOST`;
  const isForPeople = cause instanceof Refusal || cause instanceof StoreUnusable;
  return isForPeople ? cause.message : (cause.stack ?? cause.message);
}

function isAddressNotHad(error: Error): boolean {
  return 'syscall' in error && (error.syscall === 'listen' || error.syscall === 'getaddrinfo');
}
