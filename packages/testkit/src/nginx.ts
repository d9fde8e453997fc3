import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { steadyPort } from './steady-port.ts';

/** A real nginx on a free port between devices and a server, with a configuration that a test gives. */
export class Nginx {
  readonly #folder = mkdtempSync(path.join(tmpdir(), 'tideway-nginx-'));
  readonly #server: string;
  readonly #port: number;
  #running: ChildProcess | null = null;

  private constructor(server: string, port: number) {
    this.#server = server;
    this.#port = port;
    for (const name of ['logs', 'temp']) mkdirSync(path.join(this.#folder, name));
  }

  /** @param server address of the server behind */
  static async open(server: string): Promise<Nginx> {
    return new Nginx(server, await steadyPort());
  }

  /** Address for the devices. */
  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /**
   * Starts it anew, so that all connections break, with these directives for downloads, and others for everything else.
   * `$server` in them is the server behind.
   */
  async serve({ downloads = 'proxy_pass $server;', others = 'proxy_pass $server;' }): Promise<void> {
    await this.#end();
    const file = path.join(this.#folder, 'nginx.conf');
    writeFileSync(file, this.#configuration(downloads, others));
    const words = ['-p', this.#folder, '-c', file, '-e', 'logs/error.log'];
    this.#running = spawn('nginx', words, { stdio: 'inherit', env: { ...process.env, PATH: searched } });
    while (!(await answers(this.#port))) {
      if (this.#running.exitCode !== null) throw new Error('nginx did not start');
      await delay(20);
    }
  }

  /** Breaks every connection, and answers nobody. */
  async cut(): Promise<void> {
    await this.#end();
  }

  async close(): Promise<void> {
    await this.#end();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #configuration(downloads: string, others: string): string {
    const own = (text: string) => text.replaceAll('$server', this.#server);
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
    return `
      ${process.getuid?.() === 0 ? 'user root;' : ''}
      daemon off; master_process off; pid logs/nginx.pid;
      events { worker_connections 256; }
      http {
        access_log off;
        ${temporary.map((name) => `${name}_temp_path temp/${name};`).join(' ')}
        client_max_body_size 0;
        server {
          listen 127.0.0.1:${this.#port};
          location / { ${own(others)} }
          location /device/v1/artifacts/ { ${own(downloads)} }
        }
      }`;
  }

  async #end(): Promise<void> {
    const child = this.#running;
    this.#running = null;
    if (child === null || child.exitCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
  }
}

const searched = `${process.env.PATH}:/usr/sbin:/sbin`;

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  return new Promise((resolve) => {
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
  }).finally(() => socket.destroy()) as Promise<boolean>;
}
