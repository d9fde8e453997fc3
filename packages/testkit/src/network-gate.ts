import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/**
 * A network between devices and a server that a test can hold up: what devices say, and what they download beyond a
 * few bytes, waits until it is let go.
 */
export class NetworkGate {
  readonly #server: Server = createServer((socket) => this.#join(socket));
  readonly #links = new Set<Link>();
  readonly #port: number;
  #held: 'nothing' | 'speech' | 'downloads' = 'nothing';

  private constructor(port: number) {
    this.#port = port;
  }

  /** @param server address of the server behind */
  static async open(server: string): Promise<NetworkGate> {
    const gate = new NetworkGate(Number(new URL(server).port));
    gate.#server.listen(0, '127.0.0.1');
    await once(gate.#server, 'listening');
    return gate;
  }

  /** Address for the devices. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Holds up from now on what devices say (`speech`), or the answers of more than a mebibyte (`downloads`). */
  hold(what: 'speech' | 'downloads'): void {
    this.#held = what;
    if (what === 'speech') for (const { device } of this.#links) device.pause();
  }

  /** Whether a download is being held up at the moment. */
  get holdsDownload(): boolean {
    return [...this.#links].some(({ isHeldUp }) => isHeldUp);
  }

  /** Lets everything go, what was held up first. */
  release(): void {
    this.#held = 'nothing';
    for (const link of this.#links) {
      link.isHeldUp = false;
      link.device.resume();
      link.server.resume();
    }
  }

  async close(): Promise<void> {
    for (const { device, server } of this.#links) {
      device.destroy();
      server.destroy();
    }
    this.#server.close();
    await once(this.#server, 'close');
  }

  #join(device: Socket): void {
    const link: Link = { device, server: connect(this.#port, '127.0.0.1'), answered: 0, isHeldUp: false };
    this.#links.add(link);
    device.on('data', (chunk: Buffer) => {
      link.answered = 0;
      link.server.write(chunk);
    });
    if (this.#held === 'speech') device.pause();
    link.server.on('data', (chunk: Buffer) => {
      link.answered += chunk.length;
      device.write(chunk);
      if (this.#held !== 'downloads' || link.answered < mebibyte) return;
      link.isHeldUp = true;
      link.server.pause();
    });
    for (const [one, other] of [
      [device, link.server],
      [link.server, device],
    ] as const) {
      one.on('error', () => other.destroy());
      one.on('close', () => {
        this.#links.delete(link);
        other.destroy();
      });
    }
  }
}

type Link = { device: Socket; server: Socket; answered: number; isHeldUp: boolean };

const mebibyte = 1 << 20;
