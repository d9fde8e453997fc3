import type { SwitchablePool } from '../database/switchable-pool.ts';
import type { Log } from '../log.ts';
import { NotifyLine } from './notify-line.ts';

/** Devices whose updates have changed, or `many`: too many to be named. Internal ids. */
export type ChangedDevices = readonly number[] | 'many';

/** How a server tells all servers on its database what has changed, for those who follow it. */
export type Changes = {
  /** Updates of a deployment, or only the deployment. To be called when the transaction is committed. */
  tell: (deploymentId: number, devices: ChangedDevices) => void;
  /** Devices of a project have come, gone or been changed; which is not said. To be called after the commit as well. */
  tellDevices: (projectId: number) => void;
  /** Hears what this server and all others tell, until `stop`. */
  listen: (listener: ChangeListener) => Promise<void>;
  /** Says what is not said yet, and hears no more. */
  stop: () => Promise<void>;
};

export type ChangeListener = {
  onChanged: (deploymentId: number, devices: ChangedDevices) => void;
  onDevicesChanged: (projectId: number) => void;
  /** The line was broken: what was told meanwhile is not known. */
  onRegained: () => void;
};

const gatherMs = 100;
/** Of more devices of a deployment in that time nobody is told one by one. */
const maxDevices = 200;
/** A notification holds 8,000 bytes. */
const maxPayload = 7000;

/** A deployment with its devices, or a project: in a form in which a server of the version before finds no deployment. */
type Entry = [number, ChangedDevices] | [null, [number]];

/** Changes, many in one notification. One may be lost: who follows looks at the tables now and then as well. */
export class ChangeLine implements Changes {
  private readonly line: NotifyLine;
  private waiting = new Map<number, Set<number> | 'many'>();
  private projects = new Set<number>();
  private sending: NodeJS.Timeout | null = null;

  constructor(pool: SwitchablePool, log: Log) {
    this.line = new NotifyLine(pool, log, 'tideway_change');
  }

  tell(deploymentId: number, devices: ChangedDevices): void {
    this.waiting.set(deploymentId, joinChanged(this.waiting.get(deploymentId), devices));
    this.sendSoon();
  }

  tellDevices(projectId: number): void {
    this.projects.add(projectId);
    this.sendSoon();
  }

  async listen({ onChanged, onDevicesChanged, onRegained }: ChangeListener): Promise<void> {
    const onPayload = (payload: string) => {
      for (const entry of JSON.parse(payload) as Entry[]) {
        if (entry[0] === null) onDevicesChanged(entry[1][0]);
        else onChanged(...entry);
      }
    };
    await this.line.listen({ onPayload, onRegained });
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
    const { waiting, projects } = this;
    this.waiting = new Map();
    this.projects = new Set();
    const changed = [...waiting].map(([id, devices]): Entry => [id, devices === 'many' ? devices : [...devices]]);
    const ofProjects = [...projects].map((projectId): Entry => [null, [projectId]]);
    for (const payload of payloadsOf([...changed, ...ofProjects])) await this.line.say(payload);
  }
}

/** What has changed of a deployment, with this in addition. */
export function joinChanged(before: Set<number> | 'many' | undefined, devices: ChangedDevices): Set<number> | 'many' {
  if (before === 'many' || devices === 'many') return 'many';
  const all = before ?? new Set<number>();
  for (const device of devices) all.add(device);
  return all.size > maxDevices ? 'many' : all;
}

function payloadsOf(changed: readonly Entry[]): string[] {
  const payloads: string[] = [];
  let entries: string[] = [];
  let length = 0;
  for (const one of changed) {
    const entry = JSON.stringify(one);
    if (length + entry.length > maxPayload) {
      payloads.push(`[${entries.join(',')}]`);
      entries = [];
      length = 0;
    }
    entries.push(entry);
    length += entry.length + 1;
  }
  if (entries.length > 0) payloads.push(`[${entries.join(',')}]`);
  return payloads;
}
