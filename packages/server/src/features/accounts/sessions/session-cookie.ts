import { sessionDays } from './session.store.ts';

/** What the browser holds of a session, and shows with every call; no script of a page can read it. */
const name = 'tideway_session';

/** The session that a `Cookie` header shows, or null. */
export function sessionOfCookie(header: string | undefined): string | null {
  const pairs = (header ?? '').split(';').map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1) || null;
}

/** The `Set-Cookie` header that gives a session to the browser, or takes it away where `token` is null. */
export function cookieOf(token: string | null, { isSecure }: { isSecure: boolean }): string {
  const maxAgeS = token === null ? 0 : sessionDays * 86_400;
  const rest = `Path=/; HttpOnly; SameSite=Strict; Max-Age=${maxAgeS}${isSecure ? '; Secure' : ''}`;
  return `${name}=${token ?? ''}; ${rest}`;
}
