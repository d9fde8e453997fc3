/**
 * Where to go after signing in: only a path of this server, as a browser reads it. A link from elsewhere must not lead on
 * to elsewhere.
 */
export function safeBack(back: string | undefined, origin: string): string {
  if (back === undefined || !URL.canParse(back, origin)) return '/';
  const url = new URL(back, origin);
  return url.origin === origin && back.startsWith('/') && !url.pathname.startsWith('//')
    ? url.pathname + url.search + url.hash
    : '/';
}
