/** Through which proxies the agent reaches servers; null is directly. */
export type ProxySettings = {
  /** For http and ws addresses. */
  http: URL | null;
  /** For https and wss addresses. */
  https: URL | null;
  /** What is reached directly all the same: names with all below them, addresses, networks, each perhaps with a port. */
  direct: readonly string[];
};

export const noProxies: ProxySettings = { http: null, https: null, direct: [] };

/** The proxy for an address; null where it is reached directly, as everything on the device itself is. */
export function proxyOf(url: URL, { http, https, direct }: ProxySettings): URL | null {
  const isSecure = url.protocol === 'https:' || url.protocol === 'wss:';
  const host = hostOf(url);
  if (isOwnHost(host)) return null;
  const port = url.port || (isSecure ? '443' : '80');
  return direct.some((entry) => isMeant(entry.toLowerCase(), host, port)) ? null : isSecure ? https : http;
}

/** What a proxy is to be shown of its own address: user and password; null where it has none. */
export function proxyAuthorization({ username, password }: URL): string | null {
  if (username === '' && password === '') return null;
  const text = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return `Basic ${btoa(String.fromCharCode(...new TextEncoder().encode(text)))}`;
}

function hostOf({ hostname }: URL): string {
  return hostname.toLowerCase().replace(/^\[|\]$|\.$/g, '');
}

/** A proxy would look for these on its own machine. */
function isOwnHost(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

function isMeant(entry: string, host: string, port: string): boolean {
  if (entry === '*') return true;
  const { name, wantedPort } = partsOf(entry);
  if (wantedPort !== null && wantedPort !== port) return false;
  if (name.includes('/')) return isInNetwork(host, name);
  const domain = name.replace(/^\*?\.+/, '');
  return host === domain || host.endsWith(`.${domain}`);
}

function partsOf(entry: string): { name: string; wantedPort: string | null } {
  const bracketed = /^\[(?<name>[^\]]+)\](?::(?<port>\d+))?$/.exec(entry)?.groups;
  if (bracketed) return { name: bracketed.name ?? '', wantedPort: bracketed.port ?? null };
  // More than one colon is an address of IPv6 without a port.
  const named = /^(?<name>[^:]+):(?<port>\d+)$/.exec(entry)?.groups;
  return { name: named?.name ?? entry, wantedPort: named?.port ?? null };
}

/** Networks of IPv4 alone, as `10.0.0.0/8`. */
function isInNetwork(host: string, network: string): boolean {
  const [base = '', bits = ''] = network.split('/');
  const [address, start, length] = [numberOf(host), numberOf(base), Number(bits)];
  if (address === null || start === null || !(length >= 0 && length <= 32)) return false;
  const size = 2 ** (32 - length);
  return Math.floor(address / size) === Math.floor(start / size);
}

function numberOf(address: string): number | null {
  const parts = address.split('.').map(Number);
  const isAddress = parts.length === 4 && parts.every((part) => Number.isInteger(part) && part >= 0 && part <= 255);
  return isAddress ? parts.reduce((sum, part) => sum * 256 + part, 0) : null;
}
