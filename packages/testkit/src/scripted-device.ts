import { createPrivateKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import {
  type DeviceMessage,
  type DeviceReport,
  type HelloMessage,
  type JoinOrder,
  joinProofText,
  type Plan,
  type ServerMessage,
  sessionProofText,
} from '@tideway/protocol';
import { openScriptedChannel, type ScriptedChannel } from './scripted-channel.ts';
import { type Answer, call } from './test-server.ts';

/** An Ed25519 key as a device has it: `publicKey` is the raw public half in base64url. */
export type ScriptedKey = { publicKey: string; privateKey: KeyObject };

/** A key of a device that is not there yet. */
export function createDeviceKey(): ScriptedKey {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519', {
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'der' },
  });
  return {
    publicKey: publicKey.subarray(-32).toString('base64url'),
    privateKey: createPrivateKey({ key: privateKey, format: 'der', type: 'pkcs8' }),
  };
}

/** Speaks the devices' protocol as a test tells it to, and does nothing by itself. */
export class ScriptedDevice {
  readonly url: string;
  readonly key: ScriptedKey;
  /** Given by the server when the device joined. */
  id = '';
  installationId = '';
  ticket = '';
  /** What the next `hello` shows; the one that the last `welcome` gave. */
  sessionValue: string | null = null;

  constructor(url: string, key: ScriptedKey = createDeviceKey()) {
    this.url = url;
    this.key = key;
  }

  /** Joins, and gives the server's answer, whatever it is. */
  async join(token: string | null, wishes: Partial<JoinOrder> = {}): Promise<Answer> {
    const { publicKey } = this.key;
    const answer = await this.post('/device/v1/join', {
      public_key: publicKey,
      token,
      name: null,
      group: null,
      apps: [],
      signature: this.sign(joinProofText(publicKey)),
      ...wishes,
    });
    if (answer.status === 200) {
      this.id = answer.body.device_id;
      this.installationId = answer.body.installation_id;
    }
    return answer;
  }

  async challenge(): Promise<string> {
    const { body } = await call(this.url, 'GET', '/device/v1/challenge', {});
    return body.challenge;
  }

  /** Opens a session, and gives the server's answer, whatever it is. */
  async openSession(challenge?: string, proof: { signature?: string } = {}): Promise<Answer> {
    const signed = challenge ?? (await this.challenge());
    const answer = await this.post('/device/v1/session', {
      device_id: this.id,
      public_key: this.key.publicKey,
      challenge: signed,
      signature: this.sign(sessionProofText(signed, this.installationId, this.id)),
      ...proof,
    });
    if (answer.status === 200) this.ticket = answer.body.ticket;
    return answer;
  }

  /** Sends messages as they are, and gives the server's answer, whatever it is. */
  async post(path: string, body: unknown): Promise<Answer> {
    return call(this.url, 'POST', path, { token: this.ticket, body });
  }

  /** Sends messages in the open session and gives what the server says to them; throws where the call is refused. */
  async say(...messages: DeviceMessage[]): Promise<ServerMessage[]> {
    const { status, body } = await this.post('/device/v1/messages', { messages });
    if (status !== 200) throw new Error(`The server answered with ${status}: ${JSON.stringify(body)}`);
    return body.messages;
  }

  /** Says hello and keeps the session value for the next time. */
  async hello(said: Partial<HelloMessage> = {}): Promise<void> {
    const [welcome] = await this.say({ ...helloMessage, session_value: this.sessionValue, ...said });
    if (welcome?.type !== 'welcome') throw new Error(`Hello was answered with ${JSON.stringify(welcome)}`);
    this.sessionValue = welcome.session_value;
  }

  /** Asks for the next update. */
  async next(): Promise<Plan | null> {
    const [answer] = await this.say({ type: 'next' });
    return answer?.type === 'plan' ? answer.plan : null;
  }

  /** Reports, and gives the status that the server says stands. */
  async report(report: Pick<DeviceReport, 'update_id' | 'seq' | 'event'> & Partial<DeviceReport>): Promise<string> {
    const [ack] = await this.say(createReport(report));
    if (ack?.type !== 'ack') throw new Error(`A report was answered with ${JSON.stringify(ack)}`);
    return ack.status;
  }

  /** Opens a channel in the open session; throws where the server refuses. */
  async openChannel(): Promise<ScriptedChannel> {
    return openScriptedChannel(this.url, this.ticket);
  }

  async fetchArtifact(sha256: string, headers: Record<string, string> = {}): Promise<Answer> {
    return call(this.url, 'GET', `/device/v1/artifacts/${sha256}`, { token: this.ticket, headers });
  }

  async fetchRegistry(name: string): Promise<Answer> {
    return call(this.url, 'GET', `/device/v1/registries/${encodeURIComponent(name)}`, { token: this.ticket });
  }

  private sign(text: string): string {
    return sign(null, Buffer.from(text), this.key.privateKey).toString('base64url');
  }
}

/** A report with everything in it that a test does not care about. */
export function createReport(
  said: Pick<DeviceReport, 'update_id' | 'seq' | 'event'> & Partial<DeviceReport>,
): DeviceReport {
  return {
    type: 'report',
    attempt: 1,
    step: null,
    exit_code: null,
    message: null,
    reason: null,
    undone: [],
    device_time: '2030-01-01T00:00:00Z',
    ...said,
  };
}

const helloMessage: Omit<HelloMessage, 'session_value'> = {
  type: 'hello',
  agent_version: '0.1.0',
  os: 'linux',
  arch: 'x64',
  capabilities: ['run'],
  attributes: {},
  apps: [],
  boot_id: 'boot-1',
  block: null,
};
