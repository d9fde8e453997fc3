import type pg from 'pg';
import type { SwitchablePool } from '../database/switchable-pool.ts';
import type { Log } from '../log.ts';

/** What there may be something to do for. Internal ids. */
export type Woken = { deployments: number[]; devices: number[] };

/** How a server tells all servers on its database, itself included, that devices may have something to do. */
export type Wakes = {
  /** The devices of a deployment. To be called when the transaction that gave them something to do is committed. */
  deployment: (id: number) => void;
  /** Single devices. */
  devices: (ids: readonly number[]) => void;
  /** Hears what this server and all others tell, until `stop`. */
  listen: (listener: WakeListener) => Promise<void>;
  /** Says what is not said yet, and hears no more. */
  stop: () => Promise<void>;
};

/** What a server does when it is told. */
export type WakeListener = {
  onWoken: (woken: Woken) => void;
  /** The line was broken: what was said meanwhile is not known. */
  onRegained: () => void;
};

const line = 'tideway_wake';
const gatherMs = 20;
/** A notification holds 8,000 bytes. */
const maxIds = 500;
const pauseAfterLossMs = 1000;

/**
 * Wake-ups by LISTEN and NOTIFY, many in one notification. One may be lost, with a connection or a server: devices ask
 * by themselves as well. The tables are the truth.
 */
export class WakeLine implements Wakes {
  private readonly pool: SwitchablePool;
  private readonly log: Log;
  private waiting: Woken = { deployments: [], devices: [] };
  private sending: NodeJS.Timeout | null = null;
  private listening: pg.Client | null = null;
  private retrying: NodeJS.Timeout | null = null;
  private isStopped = false;

  constructor(pool: SwitchablePool, log: Log) {
    this.pool = pool;
    this.log = log;
  }

  deployment(id: number): void {
    this.waiting.deployments.push(id);
    this.sendSoon();
  }

  devices(ids: readonly number[]): void {
    this.waiting.devices.push(...ids);
    this.sendSoon();
  }

  async listen(listener: WakeListener): Promise<void> {
    if (this.isStopped) return;
    try {
      const client = await this.pool.connectApart();
      this.listening = client;
      client.on('notification', ({ payload }) => listener.onWoken(JSON.parse(payload ?? '') as Woken));
      client.once('end', () => this.listenAgain(listener));
      await client.query(`listen ${line}`);
      listener.onRegained();
    } catch (error) {
      this.log.debug({ err: error }, 'No wake-ups can be heard at the moment');
      this.listenAgain(listener);
    }
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    if (this.retrying) clearTimeout(this.retrying);
    this.hangUp();
    if (this.sending) clearTimeout(this.sending);
    await this.send();
  }

  private listenAgain(listener: WakeListener): void {
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

  private sendSoon(): void {
    this.sending ??= setTimeout(() => void this.send(), gatherMs);
  }

  private async send(): Promise<void> {
    this.sending = null;
    const { deployments, devices } = this.waiting;
    this.waiting = { deployments: [], devices: [] };
    for (const woken of pieces(deployments, devices)) {
      try {
        const client = await this.pool.connect();
        await client.query('select pg_notify($1, $2)', [line, JSON.stringify(woken)]).finally(() => client.release());
      } catch (error) {
        this.log.debug({ err: error }, 'A wake-up could not be sent: the devices ask by themselves');
      }
    }
  }
}

function pieces(deployments: number[], devices: number[]): Woken[] {
  const distinct = [
    ...[...new Set(deployments)].map((id) => ({ deployment: id })),
    ...[...new Set(devices)].map((id) => ({ device: id })),
  ];
  return Array.from({ length: Math.ceil(distinct.length / maxIds) }, (_, index) => {
    const piece = distinct.slice(index * maxIds, (index + 1) * maxIds);
    return {
      deployments: piece.flatMap((one) => ('deployment' in one ? [one.deployment] : [])),
      devices: piece.flatMap((one) => ('device' in one ? [one.device] : [])),
    };
  });
}
