import { queryOptions, useSuspenseQuery } from '@tanstack/react-query';
import { type Role, roleCovers, type Session, type SignIn } from '@tideway/protocol';
import { get, post, remove } from '../../platform/api/call.ts';
import { queryClient } from '../../platform/api/query-client.ts';
import { Refused } from '../../platform/api/refused.ts';
import { leaveToOther, noteSignedIn } from '../../platform/api/session-end.ts';

/** Who is signed in; refused where nobody is. In another tab of the browser it may have become somebody else. */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: async () => {
    const session = await get<Session>('/session');
    const before = sessionBefore(session);
    if (before !== null) {
      leaveToOther();
      // What is typed stays theirs for as long as the page stands.
      return before;
    }
    noteSignedIn();
    return session;
  },
  staleTime: 60_000,
  refetchOnWindowFocus: 'always',
});

/** Tells the other tabs of the browser who has signed in: they share its session. */
const userKey = 'tideway-user';
window.addEventListener('storage', ({ key }) => {
  if (key === userKey) void queryClient.invalidateQueries({ queryKey: sessionQuery.queryKey });
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
  if (sessionBefore(session) !== null) {
    leaveToOther();
    return;
  }
  queryClient.setQueryData(sessionQuery.queryKey, session);
  localStorage.setItem(userKey, session.user.id);
  noteSignedIn();
  void queryClient.invalidateQueries();
}

/** The session of somebody else that this page was opened in; what they had read and typed is not for who has come. */
function sessionBefore({ user }: Session): Session | null {
  const before = queryClient.getQueryData<Session>(['session']);
  return before !== undefined && before.user.id !== user.id ? before : null;
}

/** The page is left and loaded anew: nothing of the person stays in it. */
function end(): void {
  queryClient.clear();
  window.location.assign('/sign-in');
}
