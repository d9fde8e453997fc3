/**
 * Whether a call that shows a cookie comes from a page of this server. The browser says so in `Origin`, which no page can
 * change; calls that change nothing need not.
 */
export function isOfOwnPage(method: string, origin: string | undefined, host: string | undefined): boolean {
  if (method === 'GET' || method === 'HEAD') return true;
  if (origin === undefined || host === undefined || !URL.canParse(origin)) return false;
  return new URL(origin).host === host.toLowerCase();
}
