import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Log } from '../log.ts';

/** How a service manager that started the agent hears of it (sd_notify); what it wants to hear stands in the environment. */
export type NotifySettings = {
  socket: string;
  /** The agent is killed where it gives no sign of life for so long; null where nobody waits for any. */
  watchdogMs: number | null;
};

/** Tells the service manager how the agent is. Nothing happens where there is none, or none that listens. */
export class ServiceManager {
  private readonly settings: NotifySettings | null;
  private readonly log: Log;
  private isAlive = () => true;
  private status = '';
  private signs: NodeJS.Timeout | undefined;
  private telling: Promise<void> = Promise.resolve();
  private isDeaf = false;

  constructor(settings: NotifySettings | null, log: Log) {
    this.settings = settings;
    this.log = log;
  }

  /** The agent has started. From now on there are signs of life, as long as `isAlive` says so. */
  started(isAlive: () => boolean): void {
    this.isAlive = isAlive;
    this.tell('READY=1');
    const watchdogMs = this.settings?.watchdogMs;
    // A third of the time: on a busy device one sign may come late.
    if (watchdogMs) this.repeat(watchdogMs / 3, 'WATCHDOG=1');
  }

  /** What people see of the agent beside its log. */
  say(status: string): void {
    if (status === this.status) return;
    this.status = status;
    this.tell(`STATUS=${status.replaceAll(/\s+/g, ' ')}`);
  }

  /** The agent ends: a step that must not be interrupted may take longer than the service manager would wait. */
  ending(): void {
    this.tell('STOPPING=1');
    this.repeat(30_000, 'EXTEND_TIMEOUT_USEC=90000000');
  }

  private repeat(everyMs: number, message: string): void {
    clearInterval(this.signs);
    const sign = () => this.isAlive() && this.tell(message);
    sign();
    this.signs = setInterval(sign, everyMs);
    this.signs.unref();
  }

  /** By a program: Node has no datagram sockets of this kind. One after the other, so that the last word is the last. */
  private tell(message: string): void {
    const { settings } = this;
    if (settings === null) return;
    const env = { PATH: process.env.PATH, NOTIFY_SOCKET: settings.socket };
    this.telling = this.telling.then(async () => {
      if (this.isDeaf) return;
      try {
        await run('systemd-notify', [message], { env, timeout: 30_000 });
      } catch (error) {
        this.isDeaf = error instanceof Error && 'code' in error && error.code === 'ENOENT';
        this.log.warn(
          `The service manager cannot be told ${message}: ${error instanceof Error ? error.message : error}`,
        );
      }
    });
  }
}

const run = promisify(execFile);
