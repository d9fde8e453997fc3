import type { SwitchablePool } from '../database/switchable-pool.ts';
import type { Log } from '../log.ts';
import { NotifyLine } from './notify-line.ts';

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

const gatherMs = 20;
/** A notification holds 8,000 bytes. */
const maxIds = 500;

/** Wake-ups, many in one notification. One may be lost: devices ask by themselves as well. */
export class WakeLine implements Wakes {
  private readonly line: NotifyLine;
  private waiting: Woken = { deployments: [], devices: [] };
  private sending: NodeJS.Timeout | null = null;

  constructor(pool: SwitchablePool, log: Log) {
    this.line = new NotifyLine(pool, log, 'tideway_wake');
  }

  deployment(id: number): void {
    this.waiting.deployments.push(id);
    this.sendSoon();
  }

  devices(ids: readonly number[]): void {
    this.waiting.devices.push(...ids);
    this.sendSoon();
  }

  async listen({ onWoken, onRegained }: WakeListener): Promise<void> {
    await this.line.listen({ onPayload: (payload) => onWoken(JSON.parse(payload) as Woken), onRegained });
  }

  async stop(): Promise<void> {
    this.line.stop();
    if (this.sending) clearTimeout(this.sending);
    await this.send();
  }

  private sendSoon(): void {
    this.sending ??= setTimeout(() => void this.send(), gatherMs);
  }

  private async send(): Promise<void> {
    this.sending = null;
    const { deployments, devices } = this.waiting;
    this.waiting = { deployments: [], devices: [] };
    for (const woken of pieces(deployments, devices)) await this.line.say(JSON.stringify(woken));
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
