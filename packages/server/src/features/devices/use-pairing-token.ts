import type { Tx } from '../../platform/database/transaction.ts';
import { Refusal } from '../../platform/refusal.ts';
import { hashToken } from '../accounts/hash-token.ts';
import { findPairingTokenByHash, keepProject, type PairingTokenRow, takePairingTokenUse } from './joining.store.ts';

export type PairingToken = Omit<PairingTokenRow, 'id'>;

/** Takes one use of a pairing token; refuses one that lets nobody join, saying why. */
export async function usePairingToken(tx: Tx, token: string | null): Promise<PairingToken> {
  if (token === null) throw invalid('A pairing token, or the claim token of a registered device, is needed to join');
  const found = await findPairingTokenByHash(tx, hashToken(token));
  // Also what a claim token gets that was used up: nothing is known of it any more.
  if (found === null) throw invalid('The token to join with is unknown, or was used already');
  if (found.is_revoked || !(await keepProject(tx, found.project_id))) throw invalid('The pairing token is revoked');
  if (found.is_expired) throw invalid('The pairing token is expired');
  const isUsable = found.uses_left === null || (await takePairingTokenUse(tx, found.id));
  if (!isUsable) throw invalid('The pairing token is used up');
  return found;
}

function invalid(message: string): Refusal {
  return new Refusal('invalid_token', message, { field: 'token' });
}
