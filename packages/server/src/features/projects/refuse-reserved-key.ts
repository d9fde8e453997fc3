import { Refusal } from '../../platform/refusal.ts';
import { isReservedKey } from './project-key.rules.ts';

/** Refuses a project key that is the first word of another path of the API. */
export function refuseReservedKey(key: string): void {
  if (!isReservedKey(key)) return;
  throw new Refusal('invalid_request', `key must not be ${key}: this word is reserved`, { field: 'key' });
}
