import { type Channel, closeCode } from './channel.ts';

const pingEveryMs = 30_000;
const wakeEveryMs = 10;
/** Devices come back over a time in which no more than so many of them come in a second. */
const comeBackPerS = 1000;

/** The channels that are open at this server, by the internal id of their device: one each, the newest. */
export class OpenChannels {
  private readonly channels = new Map<number, Channel>();
  private readonly wakesPerS: number;
  private readonly random: () => number;
  private readonly onWoken: () => void;
  private readonly toWake = new Set<number>();
  private waking: NodeJS.Timeout | null = null;
  private wakesDue = 0;
  private readonly pinging: NodeJS.Timeout;

  constructor(options: { wakesPerS: number; random: () => number; onWoken: () => void }) {
    this.wakesPerS = options.wakesPerS;
    this.random = options.random;
    this.onWoken = options.onWoken;
    this.pinging = setInterval(() => {
      for (const channel of this.channels.values()) channel.ping();
    }, pingEveryMs);
  }

  get size(): number {
    return this.channels.size;
  }

  add(deviceId: number, channel: Channel): void {
    const older = this.channels.get(deviceId);
    this.channels.set(deviceId, channel);
    void older?.close(closeCode.notAllowed, 'This device has opened another channel');
  }

  remove(deviceId: number, channel: Channel): void {
    if (this.channels.get(deviceId) === channel) this.channels.delete(deviceId);
  }

  /** Wakes those of the devices that are connected here, no more in a second than is set. */
  wake(deviceIds: Iterable<number>): void {
    for (const id of deviceIds) if (this.channels.has(id)) this.toWake.add(id);
    this.waking ??= setInterval(() => this.wakeSome(), wakeEveryMs);
  }

  /** Closes every channel; the devices come back one by one, here or elsewhere. */
  async closeAll(): Promise<void> {
    clearInterval(this.pinging);
    if (this.waking) clearInterval(this.waking);
    const spreadS = Math.max(1, this.channels.size / comeBackPerS);
    const closing = [...this.channels.values()].map((channel) => {
      const reason = { come_back_after_s: Math.round(this.random() * spreadS * 10) / 10 };
      return channel.close(closeCode.serverStops, JSON.stringify(reason));
    });
    await Promise.all(closing);
  }

  private wakeSome(): void {
    this.wakesDue = Math.min(this.wakesPerS, this.wakesDue + (this.wakesPerS * wakeEveryMs) / 1000);
    for (const id of this.toWake) {
      if (this.wakesDue < 1) return;
      this.wakesDue -= 1;
      this.toWake.delete(id);
      this.channels.get(id)?.wake();
      this.onWoken();
    }
    if (this.waking) clearInterval(this.waking);
    this.waking = null;
    this.wakesDue = 0;
  }
}
