import pg from 'pg';
import { Refusal } from '../refusal.ts';

/** Whether this was thrown because the database cannot be reached, and not because of what it was asked. */
export function isDatabaseAway(error: unknown): boolean {
  if (error instanceof Refusal) return error.code === 'unavailable';
  if (error instanceof pg.DatabaseError) return /^(08|57P)/.test(error.code ?? '');
  if (!(error instanceof Error)) return false;
  const code = 'code' in error ? error.code : undefined;
  return (
    code === 'ECONNREFUSED' ||
    (code === 'ENOENT' && 'syscall' in error && error.syscall === 'connect') ||
    /^Connection terminated|^timeout exceeded when trying to connect|^driver has already been destroyed|^Cannot use a pool after/.test(
      error.message,
    )
  );
}
