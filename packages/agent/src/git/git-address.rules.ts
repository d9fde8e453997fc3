/** What makes a text unusable as the address of a repository, in one sentence; null where nothing does. */
export function repositoryFault(address: string): string | null {
  const shown = JSON.stringify(address.slice(0, 200));
  if (address.length > 4096) return `The repository ${shown} has more than 4096 characters.`;
  if (/[\s\p{Cc}]/u.test(address)) return `The repository ${shown} must not contain white space or control characters.`;
  if (address.split(/[/:]/).includes('..')) return `The repository ${shown} must not contain "..".`;
  if (/^[A-Za-z0-9_][\w.-]*@[A-Za-z0-9][\w.-]*:[^:-]/.test(address)) return null;
  const url = URL.canParse(address) ? new URL(address) : null;
  if (!url || !/^(https?|ssh|git|file):\/\//.test(address)) {
    return `The repository ${shown} must be an address such as https://host/app.git, ssh://git@host/app.git, git@host:app.git or file:///srv/app.git.`;
  }
  // Behind a hyphen the name would be an option of the program that git starts.
  if (url.protocol !== 'file:' && !/^[A-Za-z0-9[]/.test(url.hostname)) {
    return `The repository ${shown} has no name of a host.`;
  }
  const isHttp = url.protocol.startsWith('http');
  if (url.password !== '' || (isHttp && url.username !== '')) {
    return `The repository ${withoutAccount(url)} must not contain a user name or password: keep them as a registry.`;
  }
  return null;
}

/** What makes a text unusable as the name of a branch, a tag or a commit; see git-check-ref-format(1). */
export function refFault(ref: string): string | null {
  const shown = JSON.stringify(ref.slice(0, 200));
  const parts = ref.split('/');
  const isName =
    ref.length <= 250 &&
    !/[\s\p{Cc}~^:?*[\\]|\.\.|@\{/u.test(ref) &&
    !/^-|\.$|^@$/.test(ref) &&
    parts.every((part) => part !== '' && !part.startsWith('.') && !part.endsWith('.lock'));
  return isName ? null : `${shown} cannot be the name of a branch, a tag or a commit.`;
}

/** Whether a repository is one of those that a registry's credentials are meant for: its own host, and below its path. */
export function isOfRegistry(repository: string, registryUrl: string): boolean {
  if (!URL.canParse(repository) || !URL.canParse(registryUrl)) return false;
  const [asked, own] = [new URL(repository), new URL(registryUrl)];
  if (asked.protocol !== own.protocol || asked.host !== own.host) return false;
  const folder = own.pathname.replace(/\/*$/, '/');
  return asked.pathname.startsWith(folder) || asked.pathname === folder.slice(0, -1);
}

function withoutAccount(url: URL): string {
  const bare = new URL(url);
  bare.username = '';
  bare.password = '';
  return bare.href;
}
