import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/**
 * A forward proxy of a test, for plain calls and for tunnels. It leads every host to this machine: whoever reaches a
 * server by a name that only the proxy knows has come through it.
 */
export class ForwardProxy {
  /** What was asked for: `GET http://…`, `CONNECT host:port`. */
  readonly asked: string[] = [];
  /** `user:password` that is demanded. */
  credentials: string | null = null;
  /** Whether tunnels are refused, as some proxies do for all but port 443. */
  refusesTunnels = false;
  private readonly sockets = new Set<Duplex>();
  private readonly server = createServer((incoming, outgoing) => this.pass(incoming, outgoing));

  async start(): Promise<void> {
    this.server.on('connection', (socket: Socket) => this.watch(socket));
    this.server.on('connect', (incoming: IncomingMessage, socket: Duplex) => this.tunnel(incoming, socket));
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
  }

  /** Address for the settings of the agent. */
  get url(): string {
    const user = this.credentials === null ? '' : `${this.credentials}@`;
    return `http://${user}127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }

  private pass(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const { method, url = '', headers } = incoming;
    this.asked.push(`${method} ${url}`);
    if (!this.admits(incoming)) return void outgoing.writeHead(407).end('No.');
    const { port, pathname, search } = new URL(url);
    const { 'proxy-authorization': _ours, ...passed } = headers;
    const sending = request({ host: '127.0.0.1', port, method, path: pathname + search, headers: passed }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
      answer.on('error', () => outgoing.destroy());
    });
    sending.on('error', () => outgoing.destroy());
    incoming.pipe(sending);
  }

  private tunnel(incoming: IncomingMessage, socket: Duplex): void {
    this.asked.push(`CONNECT ${incoming.url}`);
    if (!this.admits(incoming)) return void socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
    if (this.refusesTunnels) return void socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    const far = connect(Number(incoming.url?.split(':').at(-1)), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      socket.pipe(far).pipe(socket);
    });
    this.watch(far);
    far.on('error', () => socket.destroy());
    socket.on('error', () => far.destroy());
  }

  private admits({ headers }: IncomingMessage): boolean {
    if (this.credentials === null) return true;
    return headers['proxy-authorization'] === `Basic ${Buffer.from(this.credentials).toString('base64')}`;
  }

  private watch(socket: Duplex): void {
    this.sockets.add(socket);
    socket.on('close', () => this.sockets.delete(socket));
  }
}
