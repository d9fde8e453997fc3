/** A server with an access token for it; `project` is the one that commands mean when they name none. */
export type KnownServer = { url: string; token: string; project: string | null };

/**
 * The server that a command calls: the one that was logged in to, or what the environment says. The token of one server
 * is never sent to another.
 */
export function chooseServer(
  kept: KnownServer | null,
  env: { TIDEWAY_URL?: string | undefined; TIDEWAY_TOKEN?: string | undefined },
): KnownServer | { fault: string } {
  const given = env.TIDEWAY_URL ? readServerUrl(env.TIDEWAY_URL) : null;
  if (given !== null && 'fault' in given) return { fault: `TIDEWAY_URL ${given.fault}` };
  const url = given?.url ?? kept?.url;
  if (url === undefined)
    return { fault: 'No server is known: log in with `tideway login URL`, or set TIDEWAY_URL and TIDEWAY_TOKEN' };
  const isKept = url === kept?.url;
  const token = env.TIDEWAY_TOKEN || (isKept ? kept.token : undefined);
  if (token === undefined)
    return { fault: `There is no token for ${url}: set TIDEWAY_TOKEN, or log in with \`tideway login ${url}\`` };
  return { url, token, project: isKept ? kept.project : null };
}

/** A server's address without a slash at the end. */
export function readServerUrl(text: string): { url: string } | { fault: string } {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) {
    return { fault: `must be an address such as https://tideway.example.org, not "${text}"` };
  }
  const { username, password, search, hash, origin, pathname } = new URL(text);
  if (`${username}${password}${search}${hash}` !== '') {
    return { fault: 'must be an address without a user, a password, "?" and "#"' };
  }
  return { url: origin + pathname.replace(/\/+$/, '') };
}
