import type { Deps, Use } from '../../platform/deps.ts';
import { attemptFrom, requireNoPause } from '../../platform/limits/limits.ts';
import { Refusal } from '../../platform/refusal.ts';
import { hashToken } from './hash-token.ts';

type Attempt = {
  /** What the caller shows. */
  token: string;
  /** For people: who calls too often, as `with this access token`. */
  who: string;
  address: string;
};

/**
 * Finds out who calls by something secret that they show. What calls too often is refused before anything is looked up,
 * and so is what nobody has yet shown to be good where it comes from an address that has failed too often. Whoever is
 * found is noted for `last_used_at` and `last_seen_at`.
 */
export async function attemptWithKey<Found extends Use>(
  { rates, lastUses }: Pick<Deps, 'rates' | 'lastUses'>,
  { token, who, address }: Attempt,
  find: () => Promise<Found>,
): Promise<Found> {
  const key = hashToken(token).toString('base64');
  requireNoPause(rates.tokens.pauseMs(key), who);
  try {
    const found = await (rates.tokens.knows(key) ? find() : attemptFrom(address, rates.failures, find));
    rates.tokens.charge(key);
    lastUses.note(found);
    return found;
  } catch (error) {
    if (error instanceof Refusal) rates.tokens.forget(key);
    throw error;
  }
}
