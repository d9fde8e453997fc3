import type { CountsEvent } from '@tideway/protocol';
import type { Deps } from '../../platform/deps.ts';
import { type EventStream, eventText } from '../../platform/http/event-stream.ts';
import { type ChangedDevices, joinChanged } from '../../platform/wake/changes.ts';
import { readStandings, readUpdateEvents, type Standing } from './event.views.ts';

type Changed = Set<number> | 'many';
type FollowersDeps = Pick<Deps, 'db' | 'changes' | 'log'>;

/** How a deployment stands, as an event; its time lets a reader who comes back say that it was here. */
export function countsText(event: CountsEvent): string {
  return eventText('counts', event, String(Date.now()));
}

/** Tells a reader that it has missed something, of one deployment or of any. */
export function resyncText(deploymentId: string | null): string {
  return eventText('resync', { deployment_id: deploymentId });
}

/** What somebody follows: one deployment, or all of a project. Internal ids. */
export type Followed = { deploymentId: number } | { projectId: number };

const tellEveryMs = 250;
/** Of so many updates of a deployment each is told; of more in that time nobody is told one by one. */
const maxUpdates = 25;
const ticksBetweenResyncs = 20;
/** What is followed is looked at so often even where nothing was heard: what servers tell each other may be lost. */
const ticksBetweenLooks = 20;
const ticksBetweenSigns = 60;
const ticksBetweenDevices = 4;

/**
 * Those who follow deployments at this server. What changed anywhere is heard from the servers, read once from the tables,
 * and sent to all who follow it: many followers of a deployment cost hardly more than one.
 */
export class Followers {
  private readonly deps: FollowersDeps;
  private readonly ofDeployments = new Map<number, Set<EventStream>>();
  private readonly ofProjects = new Map<number, Set<EventStream>>();
  /** What was sent last of each deployment. */
  private readonly lastCounts = new Map<number, string>();
  private changed = new Map<number, Changed>();
  private readonly resyncsDue = new Map<number, Standing>();
  /** Projects of which devices have come, gone or been changed. */
  private readonly devicesDue = new Set<number>();
  private ticks = 0;
  private ticking: NodeJS.Timeout | null = null;
  private isTelling = false;
  private listening: Promise<void> | null = null;

  constructor(deps: FollowersDeps) {
    this.deps = deps;
  }

  get count(): number {
    return this.streams().length;
  }

  /** Sends what happens, until the stream is closed. */
  async add(followed: Followed, stream: EventStream): Promise<void> {
    // What happens before this server listens would not be heard.
    await this.listen();
    const [map, id] =
      'deploymentId' in followed ? [this.ofDeployments, followed.deploymentId] : [this.ofProjects, followed.projectId];
    const streams = map.get(id) ?? new Set();
    map.set(id, streams.add(stream));
    stream.onClosed(() => {
      streams.delete(stream);
      if (streams.size === 0 && map.get(id) === streams) map.delete(id);
      if (this.count === 0) this.lastCounts.clear();
    });
    this.ticking ??= setInterval(() => void this.tick(), tellEveryMs);
  }

  /** Somebody has just been sent this: where something newer was told while it was read, that comes once more. */
  catchUp({ id, event }: Standing): void {
    const told = this.lastCounts.get(id);
    if (told === undefined || told === JSON.stringify(event)) return;
    this.lastCounts.delete(id);
    this.note(id, []);
  }

  /** Ends every stream: their readers come back elsewhere. */
  async stop(): Promise<void> {
    if (this.ticking) clearInterval(this.ticking);
    for (const stream of this.streams()) stream.end();
    await this.deps.changes.stop();
  }

  private listen(): Promise<void> {
    this.listening ??= this.deps.changes.listen({
      onChanged: (deploymentId, devices) => this.note(deploymentId, devices),
      onDevicesChanged: (projectId) => this.noteDevices(projectId),
      onRegained: () => {
        this.lookAtAll('many');
        for (const projectId of this.ofProjects.keys()) this.noteDevices(projectId);
      },
    });
    return this.listening;
  }

  private noteDevices(projectId: number): void {
    if (this.ofProjects.has(projectId)) this.devicesDue.add(projectId);
  }

  private note(deploymentId: number, devices: ChangedDevices): void {
    if (this.ofProjects.size === 0 && !this.ofDeployments.has(deploymentId)) return;
    this.changed.set(deploymentId, joinChanged(this.changed.get(deploymentId), devices));
  }

  private lookAtAll(devices: ChangedDevices): void {
    for (const deploymentId of this.ofDeployments.keys()) this.note(deploymentId, devices);
  }

  private async tick(): Promise<void> {
    this.ticks += 1;
    if (this.ticks % ticksBetweenSigns === 0) for (const stream of this.streams()) stream.keepAlive();
    if (this.ticks % ticksBetweenLooks === 0) this.lookAtAll([]);
    if (this.ticks % ticksBetweenResyncs === 0) this.sayResyncs();
    if (this.ticks % ticksBetweenDevices === 0) this.sayDevices();
    if (this.isTelling || this.changed.size === 0) return;
    const changed = this.changed;
    this.changed = new Map();
    this.isTelling = true;
    try {
      await this.tell(changed);
    } catch (error) {
      this.deps.log.debug({ err: error }, 'What has changed cannot be read at the moment');
      for (const [deploymentId, devices] of changed)
        this.note(deploymentId, devices === 'many' ? devices : [...devices]);
    } finally {
      this.isTelling = false;
    }
  }

  private async tell(changed: ReadonlyMap<number, Changed>): Promise<void> {
    for (const standing of await readStandings(this.deps.db, [...changed.keys()])) {
      const readers = this.readersOf(standing);
      const devices = changed.get(standing.id) ?? 'many';
      if (readers.length === 0) continue;
      const text = this.countsText(standing) + (await this.updatesText(standing, devices));
      if (text !== '') for (const stream of readers) stream.send(text);
    }
  }

  /** Nothing where the counts are what was sent last. */
  private countsText({ id, event }: Standing): string {
    const text = JSON.stringify(event);
    if (this.lastCounts.get(id) === text) return '';
    this.lastCounts.set(id, text);
    return countsText(event);
  }

  private async updatesText(standing: Standing, devices: Changed): Promise<string> {
    if (devices === 'many' || devices.size > maxUpdates) {
      this.resyncsDue.set(standing.id, standing);
      return '';
    }
    if (devices.size === 0) return '';
    const updates = await readUpdateEvents(this.deps.db, standing.id, [...devices]);
    return updates.map((update) => eventText('update', update)).join('');
  }

  private sayResyncs(): void {
    for (const standing of this.resyncsDue.values()) {
      const text = resyncText(standing.event.deployment_id);
      for (const stream of this.readersOf(standing)) stream.send(text);
    }
    this.resyncsDue.clear();
  }

  private sayDevices(): void {
    const text = eventText('devices', {});
    for (const projectId of this.devicesDue)
      for (const stream of this.ofProjects.get(projectId) ?? []) stream.send(text);
    this.devicesDue.clear();
  }

  private readersOf({ id, projectId }: Standing): EventStream[] {
    return [...(this.ofDeployments.get(id) ?? []), ...(this.ofProjects.get(projectId) ?? [])];
  }

  private streams(): EventStream[] {
    return [...this.ofDeployments.values(), ...this.ofProjects.values()].flatMap((streams) => [...streams]);
  }
}
