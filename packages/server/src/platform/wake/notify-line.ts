import type pg from 'pg';
import type { SwitchablePool } from '../database/switchable-pool.ts';
import type { Log } from '../log.ts';

/** What a server does with what it hears over a line. */
export type LineListener = {
  onPayload: (payload: string) => void;
  /** The line was broken: what was said meanwhile is not known. */
  onRegained: () => void;
};

const pauseAfterLossMs = 1000;

/**
 * One channel of LISTEN and NOTIFY over which all servers of a database hear each other. What is said may be lost, with a
 * connection or a server: the tables are the truth.
 */
export class NotifyLine {
  private readonly pool: SwitchablePool;
  private readonly log: Log;
  private readonly name: string;
  private listening: pg.Client | null = null;
  private retrying: NodeJS.Timeout | null = null;
  private isStopped = false;

  constructor(pool: SwitchablePool, log: Log, name: string) {
    this.pool = pool;
    this.log = log;
    this.name = name;
  }

  /** Hears what this server and all others say, until `stop`. */
  async listen(listener: LineListener): Promise<void> {
    if (this.isStopped) return;
    try {
      const client = await this.pool.connectApart();
      this.listening = client;
      client.on('notification', ({ payload }) => listener.onPayload(payload ?? ''));
      client.once('end', () => this.listenAgain(listener));
      await client.query(`listen ${this.name}`);
      listener.onRegained();
    } catch (error) {
      this.log.debug({ err: error }, 'Nothing can be heard of other servers at the moment');
      this.listenAgain(listener);
    }
  }

  /** Says it to all servers. A payload has less than 8,000 bytes. */
  async say(payload: string): Promise<void> {
    try {
      const client = await this.pool.connect();
      await client.query('select pg_notify($1, $2)', [this.name, payload]).finally(() => client.release());
    } catch (error) {
      this.log.debug({ err: error }, 'Nothing can be said to other servers at the moment');
    }
  }

  stop(): void {
    this.isStopped = true;
    if (this.retrying) clearTimeout(this.retrying);
    this.hangUp();
  }

  private listenAgain(listener: LineListener): void {
    this.hangUp();
    if (this.isStopped) return;
    this.retrying ??= setTimeout(() => {
      this.retrying = null;
      void this.listen(listener);
    }, pauseAfterLossMs);
  }

  private hangUp(): void {
    const client = this.listening;
    this.listening = null;
    client?.removeAllListeners('end');
    void client?.end().catch(() => {});
  }
}
