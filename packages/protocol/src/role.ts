import { z } from 'zod';

/** Roles in rising order: each may do what those before it may. */
export const roles = ['viewer', 'operator', 'admin', 'owner'] as const;
export const roleSchema = z.enum(roles);
export type Role = (typeof roles)[number];

/** Whether `role` may do what asks for `needed`. */
export function roleCovers(role: Role, needed: Role): boolean {
  return roles.indexOf(role) >= roles.indexOf(needed);
}

/** The lesser of two roles: a token never has more than its user. */
export function lesserRole(one: Role, other: Role): Role {
  return roleCovers(one, other) ? other : one;
}
