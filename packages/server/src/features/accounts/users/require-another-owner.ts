import type { Role } from '@tideway/protocol';
import { Refusal } from '../../../platform/refusal.ts';

/** Refuses what would leave an account without an owner. */
export function requireAnotherOwner(user: { role: Role; email: string }, owners: number, field?: string): void {
  if (user.role !== 'owner' || owners > 1) return;
  throw new Refusal('wrong_state', `${user.email} is the only owner: make another one first`, {
    ...(field !== undefined && { field }),
  });
}
