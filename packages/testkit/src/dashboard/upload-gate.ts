import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** What of a connection gets through while uploads are held up: more than any call without a file. */
const passesBytes = 100_000;

/** A way from a browser to a server on which a test can hold up uploads in their middle, and break them off. */
export class UploadGate {
  readonly #server: Server = createServer((socket) => this.#join(socket));
  readonly #links = new Set<Link>();
  readonly #port: number;
  #mode: 'open' | 'hold' | 'break' = 'open';

  private constructor(port: number) {
    this.#port = port;
  }

  /** @param server address of the server behind */
  static async open(server: string): Promise<UploadGate> {
    const gate = new UploadGate(Number(new URL(server).port));
    gate.#server.listen(0, '127.0.0.1');
    await once(gate.#server, 'listening');
    return gate;
  }

  /** Address for the browser. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  hold(): void {
    this.#mode = 'hold';
    for (const link of this.#links) link.passed = 0;
  }

  /** Whether an upload is being held up at the moment. */
  get isHeld(): boolean {
    return [...this.#links].some(({ browser, passed }) => passed >= passesBytes && !browser.destroyed);
  }

  /** Lets everything go on. */
  release(): void {
    this.#mode = 'open';
    for (const { browser } of this.#links) browser.resume();
  }

  /** Breaks off what is held up, and from now on every upload: a browser tries once more by itself. */
  breakOff(): void {
    this.#mode = 'break';
    for (const link of this.#links) if (link.passed >= passesBytes) cut(link);
  }

  async close(): Promise<void> {
    for (const link of this.#links) cut(link);
    this.#server.close();
    await once(this.#server, 'close');
  }

  #join(browser: Socket): void {
    const link: Link = { browser, server: connect(this.#port, '127.0.0.1'), passed: 0 };
    const { server } = link;
    this.#links.add(link);
    server.pipe(browser);
    browser.on('data', (chunk) => {
      server.write(chunk);
      if (this.#mode === 'open') return;
      link.passed += chunk.length;
      if (link.passed < passesBytes) return;
      if (this.#mode === 'hold') browser.pause();
      else cut(link);
    });
    browser.on('end', () => server.end());
    for (const [one, other] of [
      [browser, server],
      [server, browser],
    ] as const) {
      // A link that was cut is the end of both its halves, and nothing to tell.
      one.on('error', () => other.destroy());
      one.on('close', () => {
        other.destroy();
        this.#links.delete(link);
      });
    }
  }
}

type Link = { browser: Socket; server: Socket; passed: number };

function cut({ browser, server }: Link): void {
  browser.destroy();
  server.destroy();
}
