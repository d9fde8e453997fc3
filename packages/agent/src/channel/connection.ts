import path from 'node:path';
import { type DeviceMessage, joinProofText, type RegistryCredentials, sessionProofText } from '@tideway/protocol';
import { z } from 'zod';
import type { Log } from '../log.ts';
import type { HttpAnswer } from '../system/http-client.ts';
import { type JsonFile, jsonFile } from '../system/json-file.ts';
import { channelDelayMs } from './backoff.rules.ts';
import type { DeviceKey } from './device-key.ts';
import { DeviceSocket } from './device-socket.ts';
import { type Range, type ServerDoor, ServerRefusal, ServerUnreachable } from './server-door.ts';

/** How the device introduces itself to a server that it has not joined yet. */
export type Introduction = {
  token: string | null;
  name: string | null;
  group: string | null;
  apps: { name: string; version: string }[];
};

/** A time for which the server takes our ticket. */
export type Session = { ticket: string; isGreeted: boolean; endsAtMs: number };

/** The server refused to let the device join: only a person can help. */
export class JoinRefused extends Error {}

/** The server does not know the device any more, or another installation answers in its place. */
export class DeviceUnknown extends Error {}

/** What a connection tells while it lasts. */
export type ConnectionListener = {
  /** Messages that came unasked over the channel. */
  onUnasked: (messages: unknown[]) => void;
  /** The channel has ended: the server wants to hear of us in another way, after so many milliseconds. */
  onChannelEnded: (delayMs: number) => void;
};

/** Joins once, opens sessions as they are needed, and speaks in them: over a channel where one can be had. */
export class Connection {
  private readonly door: ServerDoor;
  private readonly key: DeviceKey;
  private readonly introduction: Introduction;
  private readonly log: Log;
  private readonly stateFolder: string;
  private readonly identityFile: JsonFile<Identity>;
  private opened: Session | null = null;
  private opening: Promise<Session> | null = null;
  private socket: DeviceSocket | null = null;
  private openingSocket: Promise<void> | null = null;
  private socketFailures = 0;
  private nextSocketMs = 0;
  private listener: ConnectionListener = { onUnasked: () => undefined, onChannelEnded: () => undefined };

  constructor(deps: { door: ServerDoor; key: DeviceKey; introduction: Introduction; stateFolder: string; log: Log }) {
    this.door = deps.door;
    this.key = deps.key;
    this.introduction = deps.introduction;
    this.log = deps.log;
    this.stateFolder = deps.stateFolder;
    this.identityFile = jsonFile(
      path.join(deps.stateFolder, 'identity.json'),
      identitySchema,
      'without it the device joins again, under the name that its key has',
    );
  }

  /** Says who the device is where it has joined already. What it is introduced with counts no more then. */
  announce(): void {
    const identity = this.identityFile.read();
    if (identity === null) return;
    const { name, group, token } = this.introduction;
    const given = [name && '--name', group && '--group', token && 'the token'].filter(Boolean);
    const ignored = given.length > 0 ? ` It has joined already: ${given.join(', ')} changes nothing.` : '';
    this.log.info(`This is device ${identity.device_id}.${ignored}`);
  }

  /** Joins, or makes sure that the server still knows the device; gives the device's id. */
  async prove(signal: AbortSignal): Promise<string> {
    await this.sessionWithTicket(signal);
    return this.identityFile.read()?.device_id ?? '';
  }

  listen(listener: ConnectionListener): void {
    this.listener = listener;
  }

  /** The open session, or a new one; with a channel, where it is time to try that. */
  async session(signal: AbortSignal): Promise<Session> {
    const session = this.openedSession ?? (await this.sessionWithTicket(signal));
    if (this.socket === null && performance.now() >= this.nextSocketMs) {
      this.openingSocket ??= this.openSocket(session, signal).finally(() => {
        this.openingSocket = null;
      });
      await this.openingSocket;
    }
    return session;
  }

  async send(session: Session, messages: DeviceMessage[], signal: AbortSignal) {
    const { socket } = this;
    const answer = socket?.isOpen
      ? await socket.send(messages, signal)
      : await this.inSession(session, () => this.door.messages(session.ticket, messages, signal));
    session.isGreeted = true;
    return answer;
  }

  /** Seconds until a channel may be tried; null where there is one. */
  get channelTryAfterS(): number | null {
    return this.socket === null ? Math.max(0, this.nextSocketMs - performance.now()) / 1000 : null;
  }

  close(): void {
    this.socket?.close();
  }

  /** An artifact, or the part of it that is still missing. */
  async openArtifact(sha256: string, range: Range | undefined, signal: AbortSignal): Promise<HttpAnswer> {
    return this.withTicket(signal, (ticket) => this.door.artifact(ticket, sha256, range, signal));
  }

  /** Where a registry is that the running update needs, with its credentials. */
  async registry(name: string, signal: AbortSignal): Promise<RegistryCredentials> {
    return this.withTicket(signal, (ticket) => this.door.registry(ticket, name, signal));
  }

  /** The session that is open now; null where there is none. A channel outlasts the ticket that it was opened with. */
  get openedSession(): Session | null {
    const { opened } = this;
    if (opened === null || this.socket?.isOpen) return opened;
    return performance.now() < opened.endsAtMs ? opened : null;
  }

  /** A session whose ticket counts. One is opened for all who wait: it would end the ticket of another one. */
  private async sessionWithTicket(signal: AbortSignal): Promise<Session> {
    for (;;) {
      const { opened, opening } = this;
      if (opened && performance.now() < opened.endsAtMs) return opened;
      if (opening === null) return this.newSession(signal);
      // It may be called off with the one who opens it; then it is for the next one to open.
      await opening.catch(() => undefined);
    }
  }

  private newSession(signal: AbortSignal): Promise<Session> {
    const open = async () => {
      this.opened = await this.openSession(signal);
      // The server hears nobody any more over the channel of the session before.
      this.socket?.close();
      return this.opened;
    };
    this.opening = open().finally(() => {
      this.opening = null;
    });
    return this.opening;
  }

  private async withTicket<T>(signal: AbortSignal, call: (ticket: string) => Promise<T>): Promise<T> {
    const inSession = async () => {
      const session = await this.sessionWithTicket(signal);
      return this.inSession(session, () => call(session.ticket));
    };
    return inSession().catch((error: unknown) => {
      // The ticket may have run out: once more with a new one.
      if (error instanceof ServerRefusal && error.status === 401) return inSession();
      throw error;
    });
  }

  /** Without a channel the device works all the same: by polling. */
  private async openSocket(session: Session, signal: AbortSignal): Promise<void> {
    const openedMs = performance.now();
    const onEnd = (socket: DeviceSocket, comeBackAfterS: number | null) => {
      if (socket === this.socket) this.socketEnded(openedMs, comeBackAfterS);
    };
    const { onUnasked } = this.listener;
    try {
      const open = () => DeviceSocket.open(this.door.channel(), session.ticket, signal, { onUnasked, onEnd });
      this.socket = await this.inSession(session, open);
      session.isGreeted = false;
    } catch (error) {
      if (!(error instanceof ServerRefusal || error instanceof ServerUnreachable)) throw error;
      if (error instanceof ServerRefusal && error.status === 401) throw error;
      this.socketFailures += 1;
      const least = error instanceof ServerRefusal ? (error.retryAfterS ?? 0) * 1000 : 0;
      this.nextSocketMs = performance.now() + least + channelDelayMs(this.socketFailures, Math.random());
      if (this.socketFailures === 1) this.log.info(`${error.message} The agent polls until there is one.`);
    }
  }

  private socketEnded(openedMs: number, comeBackAfterS: number | null): void {
    this.socket = null;
    const lastedMs = performance.now() - openedMs;
    this.socketFailures = lastedMs > 60_000 ? 1 : this.socketFailures + 1;
    const delayMs =
      comeBackAfterS === null ? channelDelayMs(this.socketFailures, Math.random()) : comeBackAfterS * 1000;
    this.nextSocketMs = performance.now() + delayMs;
    this.listener.onChannelEnded(comeBackAfterS === null ? 5000 * Math.random() : delayMs);
  }

  /** A refused ticket ends its session, and not one that was opened since. */
  private async inSession<T>(session: Session, call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      const isRefused = error instanceof ServerRefusal && error.status === 401;
      if (isRefused && this.opened === session) this.opened = null;
      throw error;
    }
  }

  private async openSession(signal: AbortSignal): Promise<Session> {
    const { device_id, installation_id } = this.identityFile.read() ?? (await this.join(signal));
    const { challenge } = await this.door.challenge(device_id, signal);
    const signature = this.key.sign(sessionProofText(challenge, installation_id, device_id));
    const proof = { device_id, public_key: this.key.publicKey, challenge, signature };
    const granted = await this.door.session(proof, signal).catch((error: unknown) => {
      if (!(error instanceof ServerRefusal) || error.status !== 401) throw error;
      const how = `To join anew, as another device, stop the agent, remove identity.json and key.json in ${this.stateFolder}, and give it a pairing token`;
      throw new DeviceUnknown(`The server does not know device ${device_id} (any more): ${error.message}. ${how}.`);
    });
    if (granted.installation_id !== installation_id) {
      throw new DeviceUnknown(`This server is not the one that device ${device_id} has joined.`);
    }
    const ninetyPercentMs = granted.expires_in_s * 900;
    return { ticket: granted.ticket, isGreeted: false, endsAtMs: performance.now() + ninetyPercentMs };
  }

  /** Joining again with the same key gives the same device, should the answer have been lost. */
  private async join(signal: AbortSignal): Promise<Identity> {
    const { publicKey } = this.key;
    const proof = { public_key: publicKey, signature: this.key.sign(joinProofText(publicKey)) };
    const joined = await this.door.join({ ...this.introduction, ...proof }, signal).catch((error: unknown) => {
      if (!(error instanceof ServerRefusal) || mayPass(error.status)) throw error;
      throw new JoinRefused(`The server does not let this device join: ${error.message}`);
    });
    const identity = { device_id: joined.device_id, installation_id: joined.installation_id };
    this.identityFile.write(identity);
    const approval = joined.needs_approval ? ' It gets no updates until a person has approved it.' : '';
    const wished = this.introduction.name ?? joined.name;
    const otherName = wished === joined.name ? '' : ` The name ${wished} was taken.`;
    this.log.info(`Joined as ${joined.name} (${joined.device_id}).${otherName}${approval}`);
    return identity;
  }
}

type Identity = z.infer<typeof identitySchema>;
const identitySchema = z.object({ device_id: z.string(), installation_id: z.string() });

function mayPass(status: number): boolean {
  return status === 429 || status >= 500;
}
