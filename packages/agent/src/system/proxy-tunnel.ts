import { type ClientRequestArgs, Agent as HttpAgent, request as httpRequest } from 'node:http';
import { type AgentOptions, Agent as HttpsAgent, request as httpsRequest, type RequestOptions } from 'node:https';
import { isIP, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { proxyAuthorization } from './proxy.rules.ts';

/** Connections to https addresses through a proxy, which only passes bytes on (RFC 9110, 9.3.6). */
export class SecureTunnels extends HttpsAgent {
  private readonly proxy: URL;

  constructor(proxy: URL, options: AgentOptions) {
    super(options);
    this.proxy = proxy;
  }

  override createConnection(options: RequestOptions, callback?: Opened): undefined {
    const { host, port } = options;
    const servername = isIP(host ?? '') === 0 ? host : undefined;
    tell(callback, async () => {
      const socket = await openTunnel(this.proxy, host, port);
      const secured = { ...options, host: host ?? '', port: Number(port), path: '', socket };
      return connectTls({ ...secured, ...(servername && { servername }) });
    });
  }
}

/** The same for ws addresses: plain calls need no tunnel. */
export class PlainTunnels extends HttpAgent {
  private readonly proxy: URL;

  constructor(proxy: URL) {
    super();
    this.proxy = proxy;
  }

  override createConnection({ host, port }: ClientRequestArgs, callback?: Opened): undefined {
    tell(callback, () => openTunnel(this.proxy, host, port));
  }
}

type Opened = (error: Error | null, stream: Duplex) => void;

function tell(callback: Opened | undefined, open: () => Promise<Duplex>): void {
  // Node's types want a stream with a failure, too.
  const fail = callback as ((error: Error) => void) | undefined;
  open().then((stream) => callback?.(null, stream), fail);
}

type Host = ClientRequestArgs['host'];
type Port = ClientRequestArgs['port'];

async function openTunnel(proxy: URL, host: Host, port: Port): Promise<Socket> {
  const target = `${isIP(host ?? '') === 6 ? `[${host}]` : host}:${port}`;
  const authorization = proxyAuthorization(proxy);
  const request = proxy.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const asking = request({
      host: proxy.hostname.replace(/^\[|\]$/g, ''),
      port: proxy.port || (proxy.protocol === 'https:' ? 443 : 80),
      method: 'CONNECT',
      path: target,
      headers: { host: target, ...(authorization !== null && { 'proxy-authorization': authorization }) },
      agent: false,
      timeout: answerWithinMs,
    });
    asking.once('connect', ({ statusCode }, socket) => {
      if (statusCode === 200) return resolve(socket);
      socket.destroy();
      reject(new Error(`the proxy ${proxy.host} does not let us reach ${target} (status ${statusCode})`));
    });
    asking.once('timeout', () => asking.destroy(new Error('no answer in time')));
    asking.once('error', (error) => reject(new Error(`the proxy ${proxy.host} does not help: ${error.message}`)));
    asking.end();
  });
}

const answerWithinMs = 30_000;
