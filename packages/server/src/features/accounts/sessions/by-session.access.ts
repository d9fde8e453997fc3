import type { Access } from '../../../platform/http/route.ts';
import { Refusal } from '../../../platform/refusal.ts';
import type { AuthenticationDeps } from '../authenticate-token.ts';
import { authenticateSession, type SignedIn } from './authenticate-session.ts';

/** Admits who is signed in in a browser: what is about the person, and no program's business. */
export function bySession(deps: AuthenticationDeps): Access<SignedIn> {
  return {
    needs: 'somebody who is signed in',
    role: 'viewer',
    admit: async (request) => {
      const signedIn = await authenticateSession(deps, request);
      if (signedIn === null) throw new Refusal('invalid_token', 'Nobody is signed in here: sign in in a browser');
      return signedIn;
    },
  };
}
