import { queryOptions, useSuspenseQuery } from '@tanstack/react-query';
import { type Role, roleCovers, type Session, type SignIn } from '@tideway/protocol';
import { get, post, remove } from '../../platform/api/call.ts';
import { queryClient } from '../../platform/api/query-client.ts';
import { Refused } from '../../platform/api/refused.ts';
import { noteSignedIn } from '../../platform/api/session-end.ts';

/** Who is signed in; refused where nobody is. */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: () => get<Session>('/session'),
  staleTime: 60_000,
});

/** Of the signed-in pages, where there always is one. */
export function useSession(): Session {
  return useSuspenseQuery(sessionQuery).data;
}

/** Whether who is signed in may do what asks for `role`. */
export function useMay(role: Role): boolean {
  return roleCovers(useSession().user.role, role);
}

export async function signIn(body: SignIn): Promise<void> {
  begin(await post<Session>('/session', body));
}

export async function signInByLink(token: string): Promise<Session> {
  // A link that is refused is no session that has ended: the server's own words say what it is.
  const session = await post<Session>('/session/by-link', { token }).catch((refused: unknown) => {
    throw refused instanceof Refused ? new Error(refused.message) : refused;
  });
  begin(session);
  return session;
}

export async function signOut(): Promise<void> {
  await remove('/session');
  end();
}

export async function signOutEverywhere(): Promise<void> {
  await remove('/session/everywhere');
  end();
}

function begin(session: Session): void {
  const before = queryClient.getQueryData(sessionQuery.queryKey);
  // Somebody else has come: what the one before had read and typed is not theirs.
  if (before !== undefined && before.user.id !== session.user.id) {
    queryClient.clear();
    window.location.reload();
    return;
  }
  queryClient.setQueryData(sessionQuery.queryKey, session);
  noteSignedIn();
  void queryClient.invalidateQueries();
}

/** The page is left and loaded anew: nothing of the person stays in it. */
function end(): void {
  queryClient.clear();
  window.location.assign('/sign-in');
}
